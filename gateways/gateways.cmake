# Every gateway: its library, then one line.
gateway(sms)
pkg_check_modules(WEBSOCKETS REQUIRED IMPORTED_TARGET libwebsockets)
gateway(web PkgConfig::WEBSOCKETS)
embed(gateway-web openapi gateways/web/openapi.json)

# Every gateway: its library, then one line.
pkg_check_modules(WEBSOCKETS REQUIRED IMPORTED_TARGET libwebsockets)
gateway(web PkgConfig::WEBSOCKETS)
embed(gateway-web openapi gateways/web/openapi.json)

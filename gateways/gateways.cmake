# Every gateway: its library, then one line.
pkg_check_modules(STROPHE REQUIRED IMPORTED_TARGET libstrophe)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
gateway(chat PkgConfig::STROPHE PkgConfig::CRYPTO)
pkg_check_modules(WEBSOCKETS REQUIRED IMPORTED_TARGET libwebsockets)
gateway(web PkgConfig::WEBSOCKETS)
embed(gateway-web openapi gateways/web/openapi.json)

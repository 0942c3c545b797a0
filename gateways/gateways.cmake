# Every gateway: its library, then one line.
gateway(sms)
pkg_check_modules(STROPHE REQUIRED IMPORTED_TARGET libstrophe)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
gateway(chat PkgConfig::STROPHE PkgConfig::CRYPTO)
pkg_check_modules(WEBSOCKETS REQUIRED IMPORTED_TARGET libwebsockets)
gateway(web PkgConfig::WEBSOCKETS)
embed(gateway-web openapi gateways/web/openapi.json)

pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
gateway(email PkgConfig::GMIME PkgConfig::CURL)

# Every gateway: its library, then one line.
gateway(sms)
pkg_check_modules(WEBSOCKETS REQUIRED IMPORTED_TARGET libwebsockets)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
room(gateway-http gateways/http INVITES base io PkgConfig::WEBSOCKETS PkgConfig::CURL)
pkg_check_modules(STROPHE REQUIRED IMPORTED_TARGET libstrophe)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
gateway(chat gateway-http PkgConfig::STROPHE PkgConfig::CRYPTO)
gateway(web gateway-http)
embed(gateway-web openapi gateways/web/openapi.json)

pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
gateway(email PkgConfig::GMIME PkgConfig::CURL)

# Every gateway: its library, then one line.

pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
gateway(email PkgConfig::GMIME PkgConfig::CURL)

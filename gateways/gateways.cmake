# Every gateway: its library, then one line.
pkg_check_modules(STROPHE REQUIRED IMPORTED_TARGET libstrophe)
gateway(chat PkgConfig::STROPHE)

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

gateway(phone)
embed(gateway-phone phone_menu gateways/phone/default.menu)
embed(gateway-phone phone_prompts gateways/phone/prompts.txt)
# What it says, by espeak-ng where there is one; `faultline gateway phone prompts` makes it later too.
find_program(ESPEAK espeak-ng)
if(ESPEAK)
  set(prompts ${CMAKE_BINARY_DIR}/prompts)
  add_custom_command(OUTPUT ${prompts}/made
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${prompts}
    COMMAND ${CMAKE_COMMAND} -E env ESPEAK=${ESPEAK} $<TARGET_FILE:faultline-gateway-phone> prompts ${prompts}
    COMMAND ${CMAKE_COMMAND} -E touch ${prompts}/made
    DEPENDS ${PROJECT_SOURCE_DIR}/gateways/phone/prompts.txt ${PROJECT_SOURCE_DIR}/gateways/phone/sound.c
            ${PROJECT_SOURCE_DIR}/gateways/phone/speech.c faultline-gateway-phone
    COMMENT "Speaking the phone gateway's prompts")
  add_custom_target(phone-prompts ALL DEPENDS ${prompts}/made)
  install(DIRECTORY ${prompts}/ DESTINATION ${CMAKE_INSTALL_DATADIR}/faultline/prompts
          FILES_MATCHING PATTERN "*.wav")
endif()

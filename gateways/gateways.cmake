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

pkg_check_modules(RE REQUIRED IMPORTED_TARGET libre)
gateway(phone PkgConfig::RE)
find_path(RE_FOLDER re.h HINTS ${RE_INCLUDE_DIRS} PATH_SUFFIXES re REQUIRED)
target_include_directories(gateway-phone SYSTEM PRIVATE ${RE_FOLDER})
# Debian 12 has libre 1.1, which wants its own configuration; the calls that differ in 3 are asked for.
target_compile_definitions(gateway-phone PRIVATE HAVE_INTTYPES_H HAVE_STDBOOL_H HAVE_INET6)
# It exports names that are ours too (str_dup): ours must not stand in for them.
target_link_options(gateway-phone INTERFACE -Wl,--exclude-libs,libbase.a:libgateway-phone.a)
include(CheckCSourceCompiles)
function(has_libre name source)
  set(CMAKE_REQUIRED_LIBRARIES PkgConfig::RE)
  set(CMAKE_REQUIRED_DEFINITIONS -D_GNU_SOURCE -DHAVE_INTTYPES_H -DHAVE_STDBOOL_H -DHAVE_INET6)
  set(CMAKE_REQUIRED_FLAGS -w)
  set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
  check_c_source_compiles("#include <re.h>
    ${source}" ${name})
  if(${name})
    target_compile_definitions(gateway-phone PRIVATE ${name})
  endif()
endfunction()
has_libre(RE_FD_HANDLES "int f(struct re_fhs **h); int f(struct re_fhs **h) { return fd_listen(h, 0, FD_READ, 0, 0); }")
has_libre(RE_RTP_SEND_CLOCK "int f(void); int f(void) { return rtp_send(0, 0, 0, 0, 0, 0, (uint64_t)0, (struct mbuf *)0); }")
has_libre(RE_SIPSESS_REL100 "int f(void); int f(void) { return (int)REL100_DISABLED; }")
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
            ${PROJECT_SOURCE_DIR}/gateways/phone/speech.c
    COMMENT "Speaking the phone gateway's prompts")
  add_custom_target(phone-prompts ALL DEPENDS ${prompts}/made)
  install(DIRECTORY ${prompts}/ DESTINATION ${CMAKE_INSTALL_DATADIR}/faultline/prompts
          FILES_MATCHING PATTERN "*.wav")
endif()

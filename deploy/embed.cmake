# embed.cmake - a text file as a C string: -DIN= -DOUT= -DNAME=
file(READ ${IN} text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
file(WRITE ${OUT} "/* Made from ${NAME}'s source by the build. */
#pragma GCC diagnostic ignored \"-Woverlength-strings\"
static const char ${NAME}[] =\n    \"${text}\";\n")

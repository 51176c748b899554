# Turns files into C: texts that the program carries with it, each under the name that stands before it on the command
# line: texts.awk name=demo FILE name=rbac FILE. Each line becomes a string. "?" is escaped against trigraphs.
function finish() {
    if (now != "") {
        print "    \"\";"
        printf "const size_t pg_cli_%s_length = sizeof pg_cli_%s_text - 1;\n", now, now
    }
}
BEGIN {
    print "/* Made by src/cli/texts.awk. */"
    print "#include <stddef.h>"
}
FNR == 1 {
    finish()
    now = name
    printf "\nconst char pg_cli_%s_text[] =\n", now
}
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\"")
    gsub(/\?/, "\\?")
    gsub(/\t/, "\\t")
    printf "    \"%s\\n\"\n", $0
}
END { finish() }

// Comments that speak to this program, and the directives that they speak of.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/syntax/parser.h"

namespace mtls::config::syntax {
namespace {

// `LINE:COLUMN>TARGET text` of each.
std::vector<std::string> notes_in(const std::string& text) {
  std::vector<std::string> said;
  for (const Note& note : parse(text, base::FileId{0}).notes) {
    said.push_back(std::to_string(note.at.line) + ":" + std::to_string(note.at.column) + ">" +
                   std::to_string(note.line) + " " + note.text);
  }
  return said;
}

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("notes: one speaks of the directive that it stands behind, or of the next line") {
  struct Row {
    const char* text;
    Said said;
  };
  for (const Row& row : std::vector<Row>{
           {"# mtls-exporter: a\nx 1;\n", {"1:1>2 a"}},
           {"x 1; # mtls-exporter: a\ny 1;\n", {"1:6>1 a"}},
           {"x 1;\n\n# mtls-exporter: a\n\ny 1;\n", {"3:1>4 a"}},
           {"x\n  1\n  2; # mtls-exporter: a\n", {"3:6>1 a"}},
           {"x # mtls-exporter: a\n  1;\n", {"1:3>1 a"}},
           {"x '1\n2\n3'\n; # mtls-exporter: a\n", {"4:3>1 a"}},
           {"x '1\n2\n3' # mtls-exporter: a\n;\n", {"3:4>1 a"}},
           {"server { # mtls-exporter: a\n x 1;\n}\n", {"1:10>1 a"}},
           {"server\n{ # mtls-exporter: a\n x 1;\n}\n", {"2:3>1 a"}},
           {"server { x 1; } # mtls-exporter: a\n", {"1:17>1 a"}},
           {"server {\n x 1;\n} # mtls-exporter: a\ny 1;\n", {"3:3>0 a"}},
           {"# mtls-exporter: a\n# mtls-exporter: b\n#\tmtls-exporter: c\nx 1;\n",
            {"1:1>4 a", "2:1>4 b", "3:1>4 c"}},
           {"# mtls-exporter: a\n# another\nx 1;\n", {"1:1>2 a"}},
           {"y 1; # mtls-exporter: a\n# mtls-exporter: b\nx 1;\n", {"1:6>1 a", "2:1>3 b"}},
           {"content_by_lua_block {\n # mtls-exporter: x\n} # mtls-exporter: a\nx 1;\n",
            {"3:3>0 a"}},
           {"map $a $b {\n  x 1; # mtls-exporter: a\n}\n", {"2:8>2 a"}},
       }) {
    CAPTURE(row.text);
    CHECK(notes_in(row.text) == row.said);
  }
}

TEST_CASE("notes: only comments that begin with the name are kept, without the blanks around it") {
  struct Row {
    const char* text;
    Said said;
  };
  for (const Row& row : std::vector<Row>{
           {"#mtls-exporter:a b", {"1:1>2 a b"}},
           {"# \t mtls-exporter: \t a  b \t\r\nx 1;", {"1:1>2 a  b"}},
           {"# mtls-exporter:\n", {"1:1>2 "}},
           {"# MTLS-exporter: a\n", {}},
           {"# see mtls-exporter: a\n", {}},
           {"## mtls-exporter: a\n", {}},
           {"x \"# mtls-exporter: a\";\n", {}},
           {"x a# mtls-exporter: ;\n", {}},
           {"x 1;\n} # mtls-exporter: a\n", {}},  // nginx stops before it
       }) {
    CAPTURE(row.text);
    CHECK(notes_in(row.text) == row.said);
  }
}

}  // namespace mtls::config::syntax

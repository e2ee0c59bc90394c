#include "config/syntax/regex_sample.h"

#include <catch2/catch.hpp>

namespace mtls::config {

TEST_CASE("regex sample: the path matches the pattern, or there is none") {
  struct Case {
    const char* pattern;
    std::optional<std::string> path;
  };
  const std::vector<Case> cases{
      {"\\.php$", "/.php"},
      {"^/a/(b|c)+/[0-9]{3}$", "/a/b/000"},
      {"^/(?<user>[^/]+)/x", "/a/x"},
      {"^/(?:v1|v2)/", "/v1/"},
      {"(?i)\\.JPG$", "/.JPG"},
      {"^/\\d\\w\\.html?$", "/1a.htm"},
      {"^/a(?!b)", "/a"},
      {"^/a(?=b)", std::nullopt},
      {"^http://", std::nullopt},
      {"(", std::nullopt},
      {"[", std::nullopt},
      {"^/x\\", std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.pattern);
    CHECK(syntax::sample_path(c.pattern, syntax::Letters::kExact) == c.path);
  }
}

}  // namespace mtls::config

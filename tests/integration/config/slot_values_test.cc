// Values of every directive outside the TLS table that a slot function checks, judged by real nginx
// (ngx_conf_set_num_slot() and its kind).
#include <set>

#include "config/vocabulary/vocabulary.h"
#include "tests/integration/config/config_text_bench.h"
#include "tests/integration/config/nginx_modules.h"

namespace mtls::config {
namespace {

using vocabulary::Context;
using vocabulary::KnownDirective;
using vocabulary::Trait;

/// Where directives stand, `#` for the directive.
const std::vector<std::pair<Context, std::string>> kPlaces{
    {Context::kMain, "#\nevents {}\n"},
    {Context::kEvents, "events {\n#\n}\n"},
    {Context::kHttp, in_http("#")},
    {Context::kHttpServer, in_server("#")},
    {Context::kLocation, in_server("location / {\n#\n}")},
    {Context::kUpstream, in_http("upstream u {\nserver 127.0.0.1:1;\n#\n}")},
    {Context::kStream, "events {}\nstream {\n#\n}\n"},
    {Context::kStreamServer,
     "events {}\nstream { server { listen 127.0.0.1:8080; proxy_pass 127.0.0.1:1;\n#\n} }\n"},
    {Context::kMail, "events {}\nmail { auth_http 127.0.0.1:1;\n#\n}\n"},
    {Context::kMailServer,
     "events {}\nmail { auth_http 127.0.0.1:1; server { listen 127.0.0.1:8080; protocol imap;\n#\n"
     "} }\n"},
};

std::vector<std::string> values_for(const KnownDirective& known) {
  if (known.name == "error_log")
    return {"stderr warn", "stderr loud", "stderr warn info", "stderr debug_http debug_event",
            "stderr debug_http warn"};
  if (known.name == "worker_processes") return {"auto", "2", "two", "-1"};
  if (known.name == "worker_connections") return {"64", "x", "''"};
  if (known.name == "keepalive_timeout")
    return known.takes(2) ? std::vector<std::string>{"5s 5", "5ms", "x", "5 x", "5 5ms"}
                          : std::vector<std::string>{"5ms", "x"};
  switch (known.trait) {
    case Trait::kNumber: return {"x", "300"};
    case Trait::kSize: return {"64k", "1g"};
    case Trait::kOffset: return {"1g", "1t"};
    case Trait::kSeconds: return {"1m", "1ms"};
    case Trait::kMilliseconds: return {"1m30s1ms", "1y"};
    case Trait::kBuffers: return {"4 64k", "0 64k", "4 x"};
    case Trait::kEnum:
    case Trait::kWords: return {"off", "no-such-word"};
    case Trait::kOnOff: return {"maybe"};
    default: return {};
  }
}

// Whether these are words of a slot function.
bool is_of_slot(const std::string& said) {
  return said.find(" directive invalid ") != std::string::npos ||
         said.starts_with("invalid value ") || said.starts_with("invalid number ") ||
         said.starts_with("value must be ") || said.find(" log level ") != std::string::npos;
}

}  // namespace

TEST_CASE("slot values: nginx and we refuse the same ones in the same words") {
  if (testing::modules_are_missing()) return;
  const std::string head = testing::load_module("stream") + testing::load_module("mail");
  std::size_t asked = 0;
  std::size_t refused = 0;
  for (const auto& [context, place] : kPlaces) {
    for (const std::string_view name : vocabulary::known_names()) {
      const KnownDirective* known = vocabulary::find_known(name, context);
      if (known == nullptr) continue;
      // One place stands for those with the same row.
      const auto first = std::ranges::find_if(kPlaces, [&](const auto& one) {
        return vocabulary::find_known(name, one.first) == known;
      });
      if (first->first != context) continue;
      for (const std::string& value : values_for(*known)) {
        std::string text = place;
        text.replace(text.find('#'), 1, std::string(name) + " " + value + ";");
        const Verdicts verdicts = judge({{"nginx.conf", head + text}});
        if (verdicts.nginx.starts_with("unknown directive ")) break;
        CAPTURE(text, verdicts.nginx, verdicts.ours);
        ++asked;
        if (is_of_slot(verdicts.nginx)) {
          ++refused;
          CHECK(verdicts.ours == verdicts.nginx);
        } else {
          CHECK_FALSE(is_of_slot(verdicts.ours));
        }
      }
    }
  }
  CHECK(asked > 500);
  CHECK(refused > 300);
}

}  // namespace mtls::config

// What -g sets before the main file (R1.43), judged by real nginx.
#include "tests/integration/config/config_text_bench.h"
#include "tests/integration/config/nginx_modules.h"

namespace mtls::config {
namespace {

struct Row {
  std::string globals;
  std::string conf;
  std::string expect = {};  // part of nginx's message; "": nginx accepts
};

TEST_CASE("globals: -g is read before the file, and complaints about it name the command line") {
  if (testing::modules_are_missing()) return;
  const std::string plain = "events {}\n";
  const std::string stream = "stream { server { listen 127.0.0.1:18099; return a; } }\n";
  const std::string load = testing::load_module("stream");
  const std::vector<Row> rows{
      {"worker_processes 2;", plain},
      {"worker_processes 2;", "worker_processes 1;\nevents {}\n", "is duplicate in @/nginx.conf:1"},
      {"worker_processes 2; worker_processes 3;", plain, "is duplicate in command line"},
      {"worker_processes;", plain, "invalid number of arguments"},
      {"worker_processes 2", plain, "unexpected end of parameter, expecting \";\" in command line"},
      {"daemon maybe;", plain, "it must be \"on\" or \"off\" in command line"},
      {"events { }", plain, "block directives are not supported in -g option in command line"},
      {"http { server; }", plain, "block directives are not supported"},
      {"events }", plain, "unexpected \"}\" in command line"},
      {"}", plain, "unexpected \"}\" in command line"},
      {"; events {}", plain, "unexpected \";\" in command line"},
      {"sendfile on;", plain, "\"sendfile\" directive is not allowed here in command line"},
      {"events;", plain, "has no opening \"{\" in command line"},
      {"include more.conf;", plain, "more.conf\" failed (2: No such file or directory) in command"},
      {"include main.conf;", plain},
      {"include main.conf;", "worker_processes 3;\nevents {}\n", "is duplicate in @/nginx.conf:1"},
      {"include twice.conf;", plain, "is duplicate in @/twice.conf:2"},
      {load, plain + stream},
      {load, "events {}\n" + load + "\n", "is specified too late"},
      {load, load + "\n" + plain + stream, "already loaded"},
      {load, plain + "stream { log_format a $nobody; }", "unknown \"nobody\" variable"},
  };
  for (const Row& row : rows) {
    INFO(row.globals << " | " << row.conf);
    const Tree tree{{"nginx.conf", row.conf},
                    {"main.conf", "worker_processes 2;"},
                    {"twice.conf", "worker_processes 2;\nworker_processes 2;"}};
    const Verdicts verdicts = judge(tree, row.globals);
    if (row.expect != "already loaded") CHECK(verdicts.ours == verdicts.nginx);
    CHECK(verdicts.nginx.empty() == row.expect.empty());
    const std::string tail = row.expect.substr(row.expect.find('@') + 1);
    CHECK(verdicts.nginx.find(tail) != std::string::npos);
  }
}

}  // namespace
}  // namespace mtls::config

// Server blocks to which no connection over TLS leads, where the others are judged, and the names
// of stream servers that share a listen (R9.2, R9.16, R9.20).
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/resolve.h"
#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

constexpr Version kOld{1, 22, 1};
constexpr Version kNew{1, 31, 0};

const std::string kOwn = "ssl_certificate x; ssl_certificate_key x; ";

ResolvedConfig resolved(const std::string& text, Version version) {
  const auto parsed = syntax::parse(text, base::FileId{0});
  REQUIRE(parsed.diagnostics.empty());
  const syntax::Document document{parsed.directives, {}, {"/etc/nginx/nginx.conf"}};
  return resolve(document, document.files[0], NginxBuild{.version = version});
}

/// `listens`: and names, of each server block in turn.
std::string blocks(const std::string& module, const std::vector<std::string>& listens) {
  std::string text = module + " {\n";
  for (const std::string& one : listens) text += "server { " + one + "; " + kOwn + "}\n";
  return text + "}";
}

std::vector<std::size_t> shadowed(const ResolvedConfig& config) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < config.servers.size(); ++i) {
    if (config.servers[i].is_shadowed) found.push_back(i);
  }
  return found;
}

std::vector<std::string> labels(const ResolvedConfig& config) {
  std::vector<std::string> all;
  for (const TlsContext& server : config.servers) all.push_back(server.id.server);
  return all;
}

}  // namespace

TEST_CASE("shadowed: a block whose every name is taken on every TLS socket (R9.16)") {
  const std::string a = "listen 1 ssl; server_name a";
  const struct {
    std::string name;
    std::vector<std::string> servers;
    std::vector<std::size_t> expected;
  } table[] = {
      {"its only name", {a, a}, {1}},
      {"both of its names", {"listen 1 ssl; server_name a b", "listen 1; server_name b A"}, {1}},
      {"one of two", {a, "listen 1; server_name a c"}, {}},
      {"`.a` behind `a`", {a, "listen 1; server_name .a"}, {1}},
      {"alive on a second socket", {a, a + "; listen 2 ssl"}, {}},
      {"alive on a plain socket only", {a, a + "; listen 2"}, {1}},
      {"the default server", {a, "listen 1 ssl default_server; server_name a"}, {}},
      {"nameless behind nameless", {a, "listen 1", "listen 1; server_name ''"}, {2}},
      {"nameless: a request without Host finds it", {a, "listen 1"}, {}},
      {"no TLS", {"listen 1; server_name a", "listen 1; server_name a"}, {}},
  };
  for (const auto& row : table) {
    INFO(row.name);
    CHECK(shadowed(resolved(blocks("http", row.servers), kOld)) == row.expected);
  }
}

TEST_CASE("shadowed: in stream a block without names is found where it is the default (R9.16)") {
  const std::string a = "listen 1 ssl; server_name a; return x";
  const auto shadowed_in_stream = [](const std::vector<std::string>& servers) {
    return shadowed(resolved(blocks("stream", servers), kNew));
  };
  using Indexes = std::vector<std::size_t>;
  CHECK(shadowed_in_stream({a, "listen 1 ssl; return y"}) == Indexes{1});
  CHECK(shadowed_in_stream({a, "listen 1 ssl default_server; return y"}).empty());
  CHECK(shadowed_in_stream({a, "listen 1 ssl; listen 2 ssl; return y"}).empty());
  CHECK(shadowed_in_stream({a, a}) == Indexes{1});
  CHECK(shadowed_in_stream({a, "listen 1 ssl; server_name b; return y"}).empty());
}

TEST_CASE("shadowed: the listen on which a connection selects the block counts (R9.20)") {
  const std::string d = "listen 1 ssl default_server; server_name d";
  const struct {
    std::string name;
    std::string listens;
    std::size_t owner;
  } table[] = {
      {"the default server of the second", "listen 1; listen 2 ssl", 1},
      {"the default server of the first", "listen 2 ssl; listen 1", 1},
      {"of neither", "listen 1", 0},
      {"with a name", "listen 1; listen 2 ssl; server_name n", 1},
      {"with a name that is taken on the first", "listen 1; listen 2 ssl; server_name d", 1},
  };
  for (const auto& row : table) {
    INFO(row.name);
    CHECK(resolved(blocks("http", {d, row.listens}), kOld).tls_owner(1) == row.owner);
  }
}

TEST_CASE("shadowed: stream servers that share a listen are called by their names (R9.2)") {
  const std::string on = "listen 1 ssl; return x; ";
  const auto config = resolved(
      blocks("stream", {on + "server_name d.test", on + "server_name a.test b.test",
                        on + "server_name .c.test", "listen 2 ssl; server_name e.test; return x"}),
      kNew);
  // The last one is alone on its listen.
  CHECK(labels(config) == std::vector<std::string>{"d.test", "a.test", "c.test", "0.0.0.0:2"});
  for (std::size_t i = 0; i < config.servers.size(); ++i) CHECK(config.label_owner(i) == i);
  CHECK(config.lost_names.empty());

  const auto nameless =
      resolved(blocks("stream", {on + "server_name ''", on + "server_name a"}), kNew);
  CHECK(labels(nameless) == std::vector<std::string>{"0.0.0.0:1", "a"});
  const auto shared =
      resolved(blocks("stream", {on + "server_name a", on + "server_name a"}), kNew);
  CHECK(shared.label_owner(1) == 0);
}

}  // namespace mtls::config

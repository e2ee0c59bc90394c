#include "config/grammar/shape.h"
#include "config/grammar/data_lines.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

using enum vocabulary::Context;

// The complaints about the directives of `text`, which are in one block, joined by `; `.
std::string said(const std::string& text, vocabulary::Context context) {
  grammar::Seen seen;
  std::string all;
  for (const syntax::Directive& directive : syntax::parse(text, {}).directives) {
    const auto error = grammar::shape_error(directive, context, seen);
    if (error) all += (all.empty() ? "" : "; ") + *error;
  }
  return all;
}

struct Case {
  std::string text;
  vocabulary::Context context;
  std::string expected;
};

}  // namespace

TEST_CASE(
    "shape: nginx checks context, block, number of arguments, repetition and value in this order") {
  const std::vector<Case> cases{
      {"worker_processes 1;", kMain, ""},
      {"worker_processes {}", kHttp, "\"worker_processes\" directive is not allowed here"},
      {"gzip on yes {}", kHttp, "directive \"gzip\" is not terminated by \";\""},
      {"location;", kHttpServer, "directive \"location\" has no opening \"{\""},
      {"location {}", kHttpServer, "invalid number of arguments in \"location\" directive"},
      {"gzip on; gzip maybe;", kHttp, "\"gzip\" directive is duplicate"},
      {"gzip maybe;", kHttp,
       "invalid value \"maybe\" in \"gzip\" directive, it must be \"on\" or \"off\""},
      {"log_format a b; log_format a c;", kHttp, ""},
      {"location a {} location a {}", kHttpServer, ""},
  };
  for (const Case& test : cases) {
    CAPTURE(test.text);
    CHECK(said(test.text, test.context) == test.expected);
  }
}

TEST_CASE("shape: each main block may occur once, and load_module only before them") {
  CHECK(said("http {} stream {} mail {} events {}", kMain).empty());
  CHECK(said("http {} http {}", kMain) == "\"http\" directive is duplicate");
  CHECK(said("user a; load_module a; load_module b;", kMain).empty());
  CHECK(said("events {} load_module a;", kMain) ==
        "\"load_module\" directive is specified too late");
}

TEST_CASE(
    "shape: a directive that no module of nginx knows is not judged, and neither is its block") {
  CHECK(said("lua_thing a b c; rtmp {} x;", kHttp).empty());
  CHECK(said("worker_processes; http; server x {}", kOpaque).empty());
  CHECK(said("\xEF\xBB\xBFuser a;", kMain) == "unknown directive \"\xEF\xBB\xBFuser\"");
}

TEST_CASE("shape: a block has its own context, which is opaque when the block is not nginx's") {
  struct Inside {
    std::string name;
    vocabulary::Context outer, inner;
  };
  const std::vector<Inside> cases{
      {"http", kMain, kHttp},
      {"server", kHttp, kHttpServer},
      {"server", kStream, kStreamServer},
      {"server", kMail, kMailServer},
      {"upstream", kHttp, kUpstream},
      {"upstream", kStream, kStreamUpstream},
      {"if", kHttpServer, kServerIf},
      {"if", kLocation, kLocationIf},
      {"map", kStream, kData},
      {"types", kLocation, kData},
      {"map", kMail, kOpaque},
      {"rtmp", kMain, kOpaque},
      {"server", kOpaque, kOpaque},
      {"server", kUpstream, kOpaque},
  };
  for (const Inside& test : cases) {
    CAPTURE(test.name);
    CHECK(grammar::context_inside({.name = test.name, .args = {}, .block = {}, .at = {}, .end = {}},
                                  test.outer) == test.inner);
  }
}

TEST_CASE("shape: the lines of a data block must have the words that its handler expects") {
  struct Line {
    std::string block, line, expected;
  };
  const std::vector<Line> cases{
      {"map", "a b;", ""},
      {"map", "hostnames;", ""},
      {"map", "volatile;", ""},
      {"map", "ranges;", "invalid number of the map parameters"},
      {"map", "a b c;", "invalid number of the map parameters"},
      {"geo", "ranges;", ""},
      {"geo", "hostnames;", "invalid number of the geo parameters"},
      {"types", "a/b;", ""},
      {"types", "include a b;", "invalid number of arguments in \"include\" directive"},
      {"charset_map", "80;", "invalid parameters number"},
      {"charset_map", "fF 80;", ""},
      {"charset_map", "100 80;", "invalid value \"100\""},
      {"split_clients", "* a;", ""},
      {"split_clients", "0.01% a;", ""},
      {"split_clients", "0.00% a;", "invalid percent value \"0.00%\""},
      {"split_clients", "5 a;", "invalid percent value \"5\""},
      {"split_clients", "include a;", "invalid percent value \"include\""},
  };
  for (const Line& test : cases) {
    CAPTURE(test.block, test.line);
    grammar::DataSeen seen;
    CHECK(grammar::data_line_error(test.block, syntax::parse(test.line, {}).directives.at(0), seen)
              .value_or("") == test.expected);
  }
}

TEST_CASE("shape: the form alone says nothing about releases, modules, repetition and values") {
  const std::vector<Case> cases{
      {"worker_processes 1;", kMain, ""},
      {"worker_processes {}", kHttp, "\"worker_processes\" directive is not allowed here"},
      {"gzip on yes {}", kHttp, "directive \"gzip\" is not terminated by \";\""},
      {"location;", kHttpServer, "directive \"location\" has no opening \"{\""},
      {"location {}", kHttpServer, "invalid number of arguments in \"location\" directive"},
      {"gzip yes;", kHttp,
       "invalid value \"yes\" in \"gzip\" directive, it must be \"on\" or \"off\""},
      {"gzip ON;", kHttp, ""},
      {"ssl_verify_client on;", kLocation, "\"ssl_verify_client\" directive is not allowed here"},
      {"ssl_verify_client on off;", kHttp,
       "invalid number of arguments in \"ssl_verify_client\" directive"},
      {"ssl_verify_client on {}", kHttp,
       "directive \"ssl_verify_client\" is not terminated by \";\""},
      {"ssl_session_tickets 1;", kStream,
       "invalid value \"1\" in \"ssl_session_tickets\" directive, it must be \"on\" or \"off\""},
      {"ssl_verify_client perhaps;", kHttpServer, ""},
      {"ssl on;", kHttpServer, ""},       // no longer in 1.25.1
      {"ssl_ocsp on;", kStream, ""},      // only since 1.27.2
      {"if ($a b c) {}", kLocation, ""},  // an invalid condition
      {"ssl_verify_cleint on;", kHttp, ""},
      {"anything {}", kMain, ""},
      {"\xEF\xBB\xBFuser www;", kMain, ""},
      {"ssl_verify_client;", kOpaque, ""},
  };
  for (const Case& test : cases) {
    CAPTURE(test.text);
    const auto directive = syntax::parse(test.text, {}).directives.at(0);
    CHECK(grammar::form_error(directive, test.context).value_or("") == test.expected);
  }
  const auto line = [](const std::string& text) {
    return syntax::parse(text, {}).directives.at(0);
  };
  CHECK(grammar::data_form_error("map", line("a b c;")) ==
        std::optional<std::string>("invalid number of the map parameters"));
  CHECK_FALSE(grammar::data_form_error("split_clients", line("5 a;")));
  CHECK_FALSE(grammar::data_form_error("charset_map", line("100 80;")));
}

}  // namespace mtls::config

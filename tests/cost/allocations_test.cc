// How often five operations ask for memory: of what a server block costs at the start, and of what
// one renewed certificate costs. Counts do not depend on the machine or on what else it does, so
// this is the guard of every day; seconds are docs/performance.md's. A limit is a third above what
// it was when it was set: who exceeds one has added work to every server block, or made a change
// depend on the size of the host.
#include <catch2/catch.hpp>
#include <cstdio>
#include <functional>

#include "audit/build.h"
#include "audit/judge.h"
#include "collectors/collect.h"
#include "config/include.h"
#include "config/resolve.h"
#include "daemon/web/http/body.h"
#include "tests/cost/allocation_count.h"
#include "tests/support/memory_filesystem.h"
#include "tests/support/pki_maker.h"

namespace mtls::cost {
namespace {

using Texts = daemon::web::http::Texts;

constexpr int kServersPerBundle = 5;
constexpr int kFew = 60;
constexpr int kMany = 180;
const std::string kMain = "/etc/nginx/nginx.conf";

std::size_t count_of(const std::function<void()>& work) {
  const std::size_t before = allocation_count();
  work();
  return allocation_count() - before;
}

std::string file(const char* folder, int number, const char* ending) {
  return std::string(folder) + "/" + std::to_string(1000 + number) + ending;
}

std::string server_block(int number) {
  return "server {\n  listen 127.0.0.1:20443 ssl;\n  server_name s" + std::to_string(number) +
         ".example;\n  ssl_certificate " + file("certs", number, ".pem") +
         ";\n  ssl_certificate_key " + file("certs", number, ".key") +
         ";\n  ssl_client_certificate " + file("cas", number / kServersPerBundle, ".pem") +
         ";\n  ssl_verify_client on;\n  ssl_verify_depth 3;\n  location / { return 204; }\n}\n";
}

// A host like those of tests/bench/make_tree.py.
struct Host {
  explicit Host(int servers) {
    policy.nginx_conf = kMain;
    policy.build.version = {1, 22, 1};
    disk.put(kMain, "events {}\nhttp {\n  include conf.d/*.conf;\n}\n");
    for (int i = 0; i < servers; ++i) {
      if (i % kServersPerBundle == 0) put_bundle(i / kServersPerBundle);
      disk.put("/etc/nginx/" + file("conf.d", i, ".conf"), server_block(i));
      disk.put("/etc/nginx/" + file("certs", i, ".key"), "");
      renew(i);
    }
  }

  void put_bundle(int number) {
    std::string pem;
    for (int i = 0; i < 5; ++i)
      pem += testing::mint_root("CN=Tenant " + std::to_string(number) + " CA " + std::to_string(i))
                 .certificate_pem;
    disk.put("/etc/nginx/" + file("cas", number, ".pem"), pem);
  }

  std::string renew(int number) {
    const std::string path = "/etc/nginx/" + file("certs", number, ".pem");
    disk.put(
        path,
        testing::mint_server("s" + std::to_string(number) + ".example", issuer).certificate_pem);
    return path;
  }

  std::shared_ptr<const audit::Snapshot> evaluate(std::shared_ptr<const audit::Snapshot> previous,
                                                  audit::Changes changes) {
    return audit::build({.policy = policy,
                         .disk = disk,
                         .now = testing::kT0,
                         .previous = std::move(previous),
                         .changes = std::move(changes)});
  }

  testing::Minted issuer = testing::mint_root("CN=Issuer");
  testing::MemoryFileSystem disk;
  audit::Policy policy;
};

struct Counts {
  double parse = 0;
  double resolve = 0;
  double judge = 0;    // of one server block
  double collect = 0;  // all of it
  double join = 0;     // all chunks to one body
  double build_change = 0;
  double collect_change = 0;
};

std::size_t join(const collectors::FamilyTexts& families) {
  std::vector<Texts> lists;
  for (const collectors::FamilyText& family : families) lists.push_back(family.texts);
  const auto parts = daemon::web::http::deflated_body_parts(lists);
  return count_of([&] {
    const auto body = daemon::web::http::gzip_body({daemon::web::http::joined_part(parts)});
    CHECK_FALSE(body.empty());
  });
}

Counts counts_of(int servers) {
  Host host(servers);
  Counts counts;
  const auto number = [](std::size_t count) { return static_cast<double>(count); };
  config::syntax::Document document;
  counts.parse = number(count_of(
      [&] { document = config::load_document(host.disk, kMain, {.build = host.policy.build}); }));
  REQUIRE(document.diagnostics.empty());
  config::ResolvedConfig resolved;
  counts.resolve =
      number(count_of([&] { resolved = config::resolve(document, kMain, host.policy.build); }));
  REQUIRE(resolved.servers.size() == static_cast<std::size_t>(servers));

  const auto first = host.evaluate(nullptr, {});
  REQUIRE(first->servers.size() == static_cast<std::size_t>(servers));
  config::ClientFates fates(*first->config->document, first->config->resolved);
  counts.judge = number(count_of([&] {
    (void)audit::judge({.snapshot = *first, .policy = host.policy, .index = 7, .fates = fates});
  }));
  collectors::Collector collector;
  counts.collect = number(count_of([&] { (void)collector.collect(first, host.policy.limits); }));

  audit::Changes changes;
  changes.paths.insert(host.renew(servers / 2));
  std::shared_ptr<const audit::Snapshot> next;
  counts.build_change = number(count_of([&] { next = host.evaluate(first, changes); }));
  collectors::Collection collection;
  counts.collect_change =
      number(count_of([&] { collection = collector.collect(next, host.policy.limits); }));
  REQUIRE(collection.written.servers == 1);
  counts.join = number(join(collection.families));
  return counts;
}

void check(const char* name, double count, double limit) {
  std::printf("%-44s %9.1f  limit %9.1f\n", name, count, limit);
  std::fflush(stdout);
  INFO(name);
  CHECK(count <= limit);
}

}  // namespace

TEST_CASE("cost: a server block and a renewed certificate ask for memory as often as they did") {
  const Counts few = counts_of(kFew);
  const Counts many = counts_of(kMany);
  const auto of_each = [](double of_few, double of_many) {
    return (of_many - of_few) / (kMany - kFew);
  };
  check("parse, of each server block", of_each(few.parse, many.parse), 38);
  check("resolve, of each server block", of_each(few.resolve, many.resolve), 79);
  check("judge, one server block", many.judge, 384);
  check("collect, of each server block", of_each(few.collect, many.collect), 186);
  check("join, of each server block", of_each(few.join, many.join), 0.1);
  check("a renewed certificate, evaluated", many.build_change, 760);
  check("a renewed certificate, collected", many.collect_change, 1136);
  check("  of each server block beside it, evaluated", of_each(few.build_change, many.build_change),
        0.7);
  check("  of each server block beside it, collected",
        of_each(few.collect_change, many.collect_change), 0.1);
}

}  // namespace mtls::cost

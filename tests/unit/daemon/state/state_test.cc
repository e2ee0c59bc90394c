// What one process of the daemon leaves to the next one, as text.
#include <catch2/catch.hpp>

#include <string>

#include "daemon/state/loaded_state.h"
#include "daemon/state/log_state.h"
#include "daemon/state/state_directory.h"
#include "tests/support/temp_dir.h"

namespace mtls::daemon::state {
namespace {

using live::Boot;

const Boot kBoot{.id = "a", .second = 1'000};
const Boot kOther{.id = "b", .second = 1'000};

live::LogState log_state() {
  return {.logs = {{"/var/log/nginx/error.log",
                    {{.path = "/var/log/nginx/error.log.1",
                      .device = 2,
                      .inode = 3,
                      .offset = 500,
                      .before = 50,
                      .digest = 0xFFFF'FFFF'FFFF'FFFFULL,
                      .is_at_end = true},
                     {.path = "/var/log/nginx/error.log", .inode = 4, .is_inside = true}}}},
          .processes = {7, 8}};
}

audit::Remembered loaded_state() {
  using Kind = audit::LoadedFile::Kind;
  const base::FileStamp stamp{
      .device = 1, .inode = 2, .size = 3, .mtime_ns = 4, .ctime_ns = 5, .mode = 0644};
  return {.conf = "/etc/nginx/nginx.conf",
          .master = 7,
          .master_started = 100,
          .workers = {{.pid = 8, .started = 101}},
          .files = {{"/etc/nginx/nginx.conf", {.kind = Kind::kConfiguration, .stamp = stamp}},
                    {"/etc/nginx/*.conf", {.kind = Kind::kPattern, .stamp = {.ctime_ns = 9}}},
                    {"/ca.pem",
                     {.kind = Kind::kMaterial, .stamp = stamp, .content = std::string(64, 'a')}},
                    {"/key", {.kind = Kind::kSide, .stamp = stamp}}}};
}

}  // namespace

TEST_CASE("state: the text of the log positions is read back") {
  const std::string text = log_state_text(log_state(), kBoot);
  CHECK(parse_log_state(text, kBoot).value() == log_state());
  live::LogState after_boot = log_state();
  after_boot.processes.clear();
  CHECK(parse_log_state(text, kOther).value() == after_boot);
}

TEST_CASE("state: the text of what nginx has loaded is read back, and counts for one boot") {
  const std::string text = loaded_state_text(loaded_state(), kBoot);
  const auto read = parse_loaded_state(text, kBoot);
  REQUIRE(read);
  CHECK(read->conf == loaded_state().conf);
  CHECK(read->master == 7);
  CHECK(read->master_started == 100);
  CHECK(read->workers == loaded_state().workers);
  CHECK(read->files == loaded_state().files);
  CHECK_FALSE(parse_loaded_state(text, kOther));
}

TEST_CASE("state: a text that is damaged at any byte is refused or read, and never worse") {
  for (const std::string& whole :
       {log_state_text(log_state(), kBoot), loaded_state_text(loaded_state(), kBoot)}) {
    for (std::size_t size = 0; size + 2 < whole.size(); ++size) {
      CHECK_FALSE(parse_log_state(whole.substr(0, size), kBoot));
      CHECK_FALSE(parse_loaded_state(whole.substr(0, size), kBoot));
    }
    for (std::size_t i = 0; i < whole.size(); ++i) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x11);
      parse_log_state(damaged, kBoot);
      parse_loaded_state(damaged, kBoot);
    }
  }
  for (const char* text : {"", "null", "[]", "{}", "7", "{\"format\": 1}", "{\"format\": 2}"}) {
    CHECK_FALSE(parse_log_state(text, kBoot));
    CHECK_FALSE(parse_loaded_state(text, kBoot));
  }
}

TEST_CASE("state: a position that cannot be is left out") {
  live::LogState state = log_state();
  state.logs.begin()->second[0].before = 501;
  state.logs.begin()->second[1].offset = -1;
  CHECK(parse_log_state(log_state_text(state, kBoot), kBoot)->logs.empty());
}

TEST_CASE("state: without the kernel's name of a boot, moments tell it") {
  CHECK(is_same_boot(kBoot, {.id = "a", .second = 9'000}));
  CHECK_FALSE(is_same_boot(kBoot, kOther));
  CHECK(is_same_boot({.id = "", .second = 1'005}, kBoot));
  CHECK_FALSE(is_same_boot({.id = "", .second = 1'100}, kBoot));
  CHECK(is_same_boot(live::this_boot(), live::this_boot()));
}

TEST_CASE("state directory: files are replaced whole, and set aside under another name") {
  const testing::TempDir dir;
  StateDirectory state(dir.path());
  CHECK(state.is_there());
  CHECK_FALSE(state.read("x.json"));
  CHECK(state.write("x.json", "one"));
  CHECK(state.write("x.json", "two"));
  CHECK(state.read("x.json") == "two");
  state.set_aside("x.json", "a test");
  CHECK_FALSE(state.read("x.json"));
  CHECK(dir.read("x.json.unused") == "two");
  StateDirectory nowhere(dir.path("none"));
  CHECK_FALSE(nowhere.write("x.json", "one"));
  CHECK_FALSE(StateDirectory("").is_there());
}

}  // namespace mtls::daemon::state

#include "daemon/observed/inbox.h"

#include <catch2/catch.hpp>

namespace mtls::daemon::observed {

TEST_CASE("inbox: datagrams keep their order, their bytes and who sent them") {
  Inbox inbox;
  CHECK(inbox.is_empty());
  const Sender sender{.pid = 7, .uid = 33};
  {
    const std::string bytes = "one";
    inbox.add({.bytes = bytes, .is_truncated = false, .sender = &sender});
  }
  inbox.add({.bytes = "cut", .is_truncated = true, .sender = nullptr});
  CHECK_FALSE(inbox.is_empty());
  const auto arrivals = inbox.take();
  REQUIRE(arrivals.size() == 2);
  CHECK(arrivals[0].bytes == "one");
  REQUIRE(arrivals[0].sender);
  CHECK(arrivals[0].sender->uid == 33);
  CHECK(arrivals[1].is_truncated);
  CHECK(arrivals[1].bytes.empty());
  CHECK_FALSE(arrivals[1].sender);
  CHECK(inbox.is_empty());
}

TEST_CASE("inbox: it has an end, and room again once it is emptied") {
  Inbox inbox;
  const std::string large(200'000, 'x');
  std::size_t bytes = 0;
  while (!inbox.is_full() && bytes < std::size_t{64} << 20U) {
    inbox.add({.bytes = large, .is_truncated = false, .sender = nullptr});
    bytes += large.size();
  }
  CHECK(inbox.is_full());
  CHECK(bytes <= std::size_t{17} << 20U);
  CHECK(inbox.take().size() > 50);
  CHECK_FALSE(inbox.is_full());
}

}  // namespace mtls::daemon::observed

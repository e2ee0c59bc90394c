#include "base/time.h"

#include <catch2/catch.hpp>

using namespace mtls;
using base::sys_seconds;
using std::chrono::seconds;

TEST_CASE("time: rfc3339 from year 0 to 9999, either side of 1970 and 2038") {
  struct Row {
    std::int64_t at;
    std::string text;
  };
  const std::vector<Row> table{
      {0, "1970-01-01T00:00:00Z"},
      {-1, "1969-12-31T23:59:59Z"},
      {951782400, "2000-02-29T00:00:00Z"},
      {1893456000, "2030-01-01T00:00:00Z"},
      {2147483648, "2038-01-19T03:14:08Z"},
      {4294967296, "2106-02-07T06:28:16Z"},
      {253402300799, "9999-12-31T23:59:59Z"},
      {-62167219200, "0000-01-01T00:00:00Z"},
  };
  for (const Row& row : table) CHECK(base::rfc3339(sys_seconds{seconds{row.at}}) == row.text);
}

TEST_CASE("time: kNoExpiry is the last second of 9999") {
  CHECK(base::rfc3339(base::kNoExpiry) == "9999-12-31T23:59:59Z");
}

TEST_CASE("time: unix_seconds is exact over the whole range") {
  CHECK(base::unix_seconds(base::kNoExpiry) == 253402300799.0);
  CHECK(base::unix_seconds(sys_seconds{seconds{-1}}) == -1.0);
}

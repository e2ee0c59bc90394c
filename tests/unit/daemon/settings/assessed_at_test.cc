#include "daemon/settings/assessed_at.h"

#include <catch2/catch.hpp>

namespace mtls::daemon {
namespace {

using namespace std::chrono_literals;

constexpr base::sys_seconds kNow{std::chrono::seconds{1'000'000}};

TEST_CASE("assessed at: a time span counts from now, an instant does not") {
  struct Row {
    const char* text;
    const char* expected;  // "" = refused
  };
  for (const Row& row : {Row{"+0s", "1970-01-12T13:46:40Z"},
                         Row{"+90s", "1970-01-12T13:48:10Z"},
                         Row{"+2m", "1970-01-12T13:48:40Z"},
                         Row{"+1h", "1970-01-12T14:46:40Z"},
                         Row{"+30d", "1970-02-11T13:46:40Z"},
                         Row{"+2w", "1970-01-26T13:46:40Z"},
                         Row{"2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z"},
                         Row{"2030-01-01t00:00:00z", "2030-01-01T00:00:00Z"},
                         Row{"2030-01-01T02:30:00+02:30", "2030-01-01T00:00:00Z"},
                         Row{"2029-12-31T19:00:00-05:00", "2030-01-01T00:00:00Z"},
                         Row{"2030-01-01T00:00:00.999Z", "2030-01-01T00:00:00Z"},
                         Row{"2030-01-01T00:00:00.9+00:00", "2030-01-01T00:00:00Z"},
                         Row{"2028-02-29T23:59:59Z", "2028-02-29T23:59:59Z"},
                         Row{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
                         Row{"", ""},
                         Row{"+", ""},
                         Row{"+d", ""},
                         Row{"+30", ""},
                         Row{"+1y", "1971-01-12T13:46:40Z"},
                         Row{"+1001y", ""},
                         Row{"+-1d", ""},
                         Row{"+100000w", ""},
                         Row{"30d", ""},
                         Row{"-1d", ""},
                         Row{"now", ""},
                         Row{"2030-01-01", "2030-01-01T00:00:00Z"},
                         Row{"2029-02-29", ""},
                         Row{"2030-01-01T", ""},
                         Row{"2030-01-01T00:00:00", ""},
                         Row{"2030-01-01 00:00:00Z", ""},
                         Row{"2029-02-29T00:00:00Z", ""},
                         Row{"2030-13-01T00:00:00Z", ""},
                         Row{"2030-01-01T24:00:00Z", ""},
                         Row{"2030-01-01T00:60:00Z", ""},
                         Row{"2030-01-01T00:00:61Z", ""},
                         Row{"2030-01-01T00:00:00.Z", ""},
                         Row{"2030-01-01T00:00:00.5", ""},
                         Row{"2030-01-01T00:00:00+0200", ""},
                         Row{"2030-01-01T00:00:00+-1:00", ""},
                         Row{"2030-01-01T00:00:00+24:00", ""},
                         Row{"2030-01-01T00:00:00Zx", ""},
                         Row{"+030-01-01T00:00:00Z", ""}}) {
    CAPTURE(row.text);
    const auto at = settings::parse_assessed_at(row.text);
    CHECK((at ? base::rfc3339(settings::instant_of(*at, kNow)) : "") == row.expected);
  }
}

TEST_CASE("assessed at: a date is its midnight in UTC, and nothing but a day of the calendar") {
  struct Row {
    const char* text;
    const char* expected;  // "" = refused
  };
  for (const Row& row :
       {Row{"2030-01-31", "2030-01-31T00:00:00Z"}, Row{"2028-02-29", "2028-02-29T00:00:00Z"},
        Row{"2029-02-29", ""}, Row{"2030-00-01", ""}, Row{"2030-1-31", ""}, Row{"30-01-31", ""},
        Row{"2030-01-31 ", ""}, Row{"2030-01-31T00:00:00Z", ""}, Row{"2030/01/31", ""}, Row{"", ""},
        Row{"-030-01-31", ""}}) {
    CAPTURE(row.text);
    const auto at = settings::parse_date(row.text);
    CHECK((at ? base::rfc3339(*at) : "") == row.expected);
  }
}

}  // namespace
}  // namespace mtls::daemon

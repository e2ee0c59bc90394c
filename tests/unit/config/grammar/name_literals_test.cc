#include "config/grammar/name_literals.h"

#include <catch2/catch.hpp>

using namespace mtls::config;

TEST_CASE(
    "name literals: of raw bytes the reason shows what nginx writes for the first character") {
  const struct {
    const char* literal;
    const char* shown;
  } rows[] = {
      {"CN=labor1,O=Spital Z\xC3\xBCrich", ": \xC3\xBC is \\C3\\BC"},
      {"CN=\xE2\x82\xAC\xC3\xA4", ": \xE2\x82\xAC is \\E2\\82\\AC"},
      {"CN=a\xFC"
       "b",
       ": \xFC is \\FC"},  // Latin-1
  };
  for (const auto& row : rows) {
    CAPTURE(row.literal);
    const auto why =
        grammar::why_never_equal("ssl_client_s_dn", row.literal, grammar::Letters::kExact);
    REQUIRE(why);
    CHECK_THAT(*why, Catch::EndsWith(row.shown));
  }
  CHECK_FALSE(
      grammar::why_never_equal("ssl_client_s_dn", "CN=Z\\C3\\BCrich", grammar::Letters::kExact));
}

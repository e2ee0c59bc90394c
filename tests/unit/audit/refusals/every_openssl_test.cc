#include "audit/refusals/every_openssl.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace mtls::audit::refusals {
namespace {

using pki::OpensslRelease;
using pki::ssl::SslRefusal;

constexpr OpensslRelease k30{3, 0, 15};
constexpr OpensslRelease k35{3, 5, 9};
constexpr OpensslRelease k36{3, 6, 5};
constexpr OpensslRelease k40{4, 0, 0};
constexpr OpensslRelease k11{1, 1, 1};

std::string group(const std::string& name) {
  return "error:0A080106:SSL routines::passed invalid argument:group '" + name + "' cannot be set";
}

TEST_CASE("every openssl: a group that no release knows is refused by each, in its words (R9.19)") {
  for (const std::string list : {"nosuch", "X25519:nosuch", "nosuch:X25519", "nosuch:neither"}) {
    CAPTURE(list);
    CHECK(refusal_of_groups(list, k30) == group("nosuch"));
    CHECK(refusal_of_groups(list, k35) == "");
    CHECK(refusal_of_groups(list, k36) == "");
    CHECK(refusal_of_groups(list, k40) == std::nullopt);
    CHECK(refusal_of_groups(list, k11) == std::nullopt);
  }
}

TEST_CASE("every openssl: a list that releases read differently is left alone") {
  for (const std::string list :
       {"X25519MLKEM768:nosuch", "brainpoolP256r1tls13", "DEFAULT", "default:nosuch", "?nosuch",
        "X25519/nosuch", "*X25519:nosuch", "-nosuch", "X25519:", ":", "X25519:X25519"}) {
    CAPTURE(list);
    for (const OpensslRelease theirs : {k30, k35, k36})
      CHECK(refusal_of_groups(list, theirs) == std::nullopt);
  }
}

TEST_CASE("every openssl: an empty list is refused before 3.5, without a reason") {
  CHECK(refusal_of_groups("", k30) == "");
  CHECK(refusal_of_groups("", k35) == std::nullopt);
  CHECK(refusal_of_groups("", k36) == std::nullopt);
}

struct Row {
  std::string command;
  std::string value;
  bool is_judged;
};

TEST_CASE("every openssl: a command is judged where all releases read its value alike (R9.19)") {
  const std::string ours = "error:0A000180:SSL routines::bad value";
  for (const Row& row : std::vector<Row>{
           {"MinProtocol", "zork", true},
           {"maxprotocol", "tlsv1.2", true},
           {"Protocol", "ALL, nosuch", true},
           {"Protocol", "", true},
           {"VerifyMode", "Peer,nosuch", true},
           {"NumTickets", "-1", true},
           {"RecordPadding", "70000", true},
           {"RecordPadding", "1,70000", false},
           {"Options", "-SessionTicket, nosuch", true},
           {"Options", "nosuch,-PreferNoDHEKEX", false},
           {"Options", "LegacyECPointFormats", false},
           {"SignatureAlgorithms", "RSA+SHA256:nosuch", true},
           {"SignatureAlgorithms", "?nosuch", false},
           {"SignatureAlgorithms", "mldsa65:nosuch", false},
           {"ClientSignatureAlgorithms", "ecdsa_brainpoolP256r1_sha256", false},
           {"Ciphersuites", "nosuch", true},
           {"Ciphersuites", "TLS_SHA256_SHA256", false},
           {"Certificate", "x", false},
       }) {
    CAPTURE(row.command, row.value);
    for (const OpensslRelease theirs : {k30, k35, k36}) {
      const SslRefusal said = refusal_of_command(row.command, row.value, ours, theirs);
      CHECK(said == (row.is_judged ? SslRefusal(ours) : std::nullopt));
    }
    CHECK(refusal_of_command(row.command, row.value, ours, k40) == std::nullopt);
  }
}

TEST_CASE("every openssl: commands that nobody knows, cipher strings and groups (R9.19)") {
  const std::string unknown = "error:0A000182:SSL routines::unknown cmd name:cmd=Nope";
  CHECK(refusal_of_command("Nope", "x", unknown, k36) == unknown);
  const std::string none = "error:0A0000B9:SSL routines::no cipher match";
  CHECK(refusal_of_command("CipherString", "nope", none, k35) == none);
  CHECK(refusal_of_command("CipherString", "nope", "other", k35) == std::nullopt);
  const std::string bad = "error:0A000180:SSL routines::bad value:cmd=Groups, value=nosuch";
  CHECK(refusal_of_command("Groups", "nosuch", "ours", k30) == group("nosuch") + " " + bad);
  CHECK(refusal_of_command("Groups", "nosuch", "ours", k35) == bad);
  CHECK(refusal_of_command("Groups", "X25519MLKEM768", "ours", k35) == std::nullopt);
}

}  // namespace
}  // namespace mtls::audit::refusals

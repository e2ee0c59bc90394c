#include "running/client_line.h"

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mtls::running {
namespace {

using Members = std::map<std::string, std::string>;

constexpr const char* kHeader = "<190>Dec  1 03:03:49 mtls: ";
constexpr const char* kLeaf = "-----BEGIN%20CERTIFICATE-----%0AAA%2BA%0A-----END%20C";

/// A line as the snippet for http writes it, with other members in place of the usual ones; a
/// member of "-" is left out.
std::string line(const Members& others = {}, const std::string& header = kHeader) {
  std::string text = header + "{\"v\":1";
  const std::vector<std::pair<std::string, std::string>> usual{
      {"on", "http"},           {"verify", "SUCCESS"},       {"sni", "a.example"},
      {"server", "a.example"},  {"address", "::1"},          {"port", "443"},
      {"protocol", "HTTP/1.1"}, {"tls", "TLSv1.3"},          {"cipher", "TLS_AES_256_GCM_SHA384"},
      {"reused", "."},          {"ended", "1764558229.123"}, {"lasted", "0.100"},
      {"leaf", kLeaf}};
  for (const auto& [name, value] : usual) {
    const auto other = others.find(name);
    const std::string& shown = other != others.end() ? other->second : value;
    if (shown != "-") text += ",\"" + name + "\":\"" + shown + "\"";
  }
  return text + "}";
}

ClientLine taken(const std::string& datagram) {
  const auto parsed = parse_client_line(datagram);
  INFO(datagram);
  REQUIRE(std::holds_alternative<ClientLine>(parsed));
  return std::get<ClientLine>(parsed);
}

std::string_view fault(const std::string& datagram) {
  const auto parsed = parse_client_line(datagram);
  INFO(datagram);
  REQUIRE(std::holds_alternative<LineFault>(parsed));
  return word(std::get<LineFault>(parsed));
}

}  // namespace

TEST_CASE("client line: what nginx says of a connection is taken over") {
  const std::string text = line();
  const ClientLine http = taken(text);
  CHECK(http.is_http);
  CHECK(http.verify == LineVerify::kSuccess);
  CHECK(http.sni == "a.example");
  CHECK(http.address == "::1");
  CHECK(http.port == 443);
  CHECK_FALSE(http.is_quic);
  CHECK_FALSE(http.is_resumed);
  CHECK(http.leaf == kLeaf);
  // The handshake was before the connection's time so far.
  CHECK(http.at.time_since_epoch() == std::chrono::milliseconds{1764558229023});

  const std::string failed = line({{"verify", "FAILED:certificate has expired"}});
  CHECK(taken(failed).verify == LineVerify::kFailed);
  CHECK(taken(failed).reason == "certificate has expired");
  const ClientLine stream = taken(line({{"on", "stream"},
                                        {"verify", "NONE"},
                                        {"server", "-"},
                                        {"protocol", "-"},
                                        {"address", "unix:/run/s"},
                                        {"port", ""},
                                        {"reused", "r"},
                                        {"leaf", ""}}));
  CHECK_FALSE(stream.is_http);
  CHECK(stream.verify == LineVerify::kNone);
  CHECK(stream.is_resumed);
  CHECK(stream.port == 0);
  CHECK(taken(line({{"protocol", "HTTP/3.0"}})).is_quic);
  // A member of a later release, and a host name before the tag.
  CHECK(taken(line({{"tls", "x\",\"more\":\"y"}})).sni == "a.example");
  CHECK(taken(line({}, "<190>Dec  1 03:03:49 host.example mtls: ")).port == 443);
}

TEST_CASE("client line: what a client chose is unescaped, and adds nothing") {
  CHECK(taken(line({{"sni", R"(\"\\\u0001\n)"}})).sni == "\"\\\x01\n");
  CHECK(taken(line({{"sni", R"(x\",\"verify\":\"SUCCESS)"}, {"verify", "NONE"}})).verify ==
        LineVerify::kNone);
  CHECK(taken(line({{"sni", "\xC3\xA4.example"}})).sni == "\xC3\xA4.example");
}

TEST_CASE("client line: a datagram that is none has a reason") {
  for (const char* text : {"", "x", "<190>", "<190>Dec  1 03:03:49 mtls: GET / 200", "{\"v\":1}",
                           "<190>Dec  1 03:03:49 mtls: {\"v\":1}",
                           "<190>Dec  1 03:03:49 mtls: {\"v\":2,\"on\":\"http\"}"})
    CHECK(fault(text) == "foreign");
  for (const Members& others : std::vector<Members>{{{"on", "mail"}},
                                                    {{"verify", "MAYBE"}},
                                                    {{"port", "65536"}},
                                                    {{"port", "x"}},
                                                    {{"address", ""}},
                                                    {{"reused", ""}},
                                                    {{"ended", "1"}},
                                                    {{"ended", "-1.000"}},
                                                    {{"ended", "99999999999999999999.000"}},
                                                    {{"lasted", "0.1"}},
                                                    {{"leaf", ""}},
                                                    {{"sni", "\\x"}},
                                                    {{"sni", "\\u12"}},
                                                    {{"tls", "x\",\"on\":\"http"}},
                                                    {{"verify", "-"}},
                                                    {{"address", "-"}}}) {
    CAPTURE(others.begin()->first, others.begin()->second);
    CHECK(fault(line(others)) == "foreign");
  }
  CHECK(fault(line({{"sni", std::string(5000, 'a')}})) == "foreign");
  CHECK(fault(std::string(kMostLineBytes + 1, ' ')) == "too_long");
}

TEST_CASE("client line: one that is cut anywhere is torn") {
  const std::string whole = line();
  for (std::size_t size = std::string(kHeader).size() + 6; size < whole.size(); ++size)
    CHECK(fault(whole.substr(0, size)) == "torn");
  CHECK(fault(whole + "}") == "torn");
  CHECK(fault(whole + "x") == "torn");
}

TEST_CASE("client line: bytes that are no UTF-8 are refused") {
  for (const char* bytes : {"\x80", "\xC0\xAF", "\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF",
                            "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xC3("})
    CHECK(fault(line({{"sni", bytes}})) == "not_utf8");
  for (const char* bytes :
       {"\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    CHECK(taken(line({{"sni", bytes}})).sni == bytes);
}

TEST_CASE("client line: a certificate is unescaped") {
  CHECK(unescape_uri("a%0Ab%2bc%20") == "a\nb+c ");
  CHECK(unescape_uri("%") == "%");
  CHECK(unescape_uri("%4") == "%4");
  CHECK(unescape_uri("%zz%41") == "%zzA");
}

}  // namespace mtls::running

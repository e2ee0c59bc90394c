#include "config/grammar/upstream_url.h"

#include "base/text.h"

namespace mtls::config::grammar {
namespace {

constexpr std::string_view kUnix = "unix:";

}  // namespace

bool starts_with_ignoring_case(std::string_view text, std::string_view head) {
  return base::ascii_lower(text.substr(0, head.size())) == base::ascii_lower(head);
}

std::string_view authority_of(std::string_view url) {
  if (starts_with_ignoring_case(url, kUnix)) return url.substr(0, url.find(':', kUnix.size()));
  return url.substr(0, url.find_first_of("/?#"));
}

std::string_view uri_of(std::string_view url) {
  std::string_view rest = url.substr(authority_of(url).size());
  if (rest.starts_with(':')) rest.remove_prefix(1);  // between the path of a socket and the URI
  return rest;
}

std::string_view without_port(std::string_view authority) {
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  return authority.substr(0, authority.find(':', bracket == std::string_view::npos ? 0 : bracket));
}

}  // namespace mtls::config::grammar

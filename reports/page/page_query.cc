#include "reports/page/page_query.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace mtls::reports::page {
namespace {

constexpr std::size_t kMaxPage = 1'000'000;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// application/x-www-form-urlencoded; a `%` without two digits stands for itself.
std::string decoded(std::string_view value) {
  constexpr int kBase = 16;
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool has_digits = value[i] == '%' && i + 2 < value.size() && digit(value[i + 1]) >= 0 &&
                            digit(value[i + 2]) >= 0;
    if (has_digits) {
      out += static_cast<char>(digit(value[i + 1]) * kBase + digit(value[i + 2]));
      i += 2;
    } else {
      out += value[i] == '+' ? ' ' : value[i];
    }
  }
  return out;
}

std::size_t page_in(std::string_view query, std::string_view name) {
  constexpr std::size_t kDigits = 7;
  const std::string value = parameter(query, name, kDigits);
  std::size_t number = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool is_number = read.ec == std::errc{} && read.ptr == value.data() + value.size();
  return is_number && number > 0 && number <= kMaxPage ? number : 1;
}

}  // namespace

std::string parameter(std::string_view query, std::string_view name, std::size_t limit) {
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(one.size() + 1, query.size()));
    const std::size_t equals = one.find('=');
    if (equals == std::string_view::npos || one.substr(0, equals) != name) continue;
    std::string value = decoded(one.substr(equals + 1));
    value.resize(std::min(value.size(), limit));
    return value;
  }
  return "";
}

std::string encoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr unsigned kHalf = 4;
  constexpr unsigned kLow = 0xF;
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[byte >> kHalf], kHex[byte & kLow]};
    }
  }
  return out;
}

PageQuery parse_query(std::string_view query) {
  std::string search = base::sanitize(parameter(query, "q", kMaxSearch));
  search.erase(0, std::min(search.find_first_not_of(' '), search.size()));
  search.erase(search.find_last_not_of(' ') + 1);
  return {.search = std::move(search),
          .servers = page_in(query, "page"),
          .findings = page_in(query, "findings"),
          .is_refreshing = parameter(query, "refresh", kMaxSearch) != "off"};
}

std::string address_of(const PageQuery& query) {
  std::string address;
  const auto add = [&](std::string_view name, const std::string& value) {
    address += address.empty() ? "./?" : "&";
    address.append(name).append("=").append(value);
  };
  if (!query.search.empty()) add("q", encoded(query.search));
  if (query.servers > 1) add("page", std::to_string(query.servers));
  if (query.findings > 1) add("findings", std::to_string(query.findings));
  if (!query.is_refreshing) add("refresh", "off");
  return address.empty() ? "./" : address;
}

}  // namespace mtls::reports::page

// What the address of the page asks for: a filter, which part of a long list, and whether the page
// refreshes itself. From the outside: bounded, and never trusted. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mtls::reports::page {

inline constexpr std::size_t kMaxSearch = 100;     // bytes
inline constexpr std::size_t kMaxQuestion = 2000;  // bytes

struct PageQuery {
  std::string search = {};    // `q`: server blocks that have this in a name or listen, sanitized
  std::size_t servers = 1;    // `page`: from 1
  std::size_t findings = 1;   // `findings`: from 1
  bool is_refreshing = true;  // `refresh=off`

  bool operator==(const PageQuery&) const = default;
};

/// `query`: what stands behind the `?`, or "". Parameters that it does not know, and values that
/// make no sense, count as not given.
PageQuery parse_query(std::string_view query);

/// The same as an address relative to the page, each query in one way only: `./?q=a&page=2`.
std::string address_of(const PageQuery& query);

/// The value of one parameter, decoded; "": it is not there. At most `limit` bytes.
std::string parameter(std::string_view query, std::string_view name, std::size_t limit);

/// `text` for a value in a query.
std::string encoded(std::string_view text);

}  // namespace mtls::reports::page

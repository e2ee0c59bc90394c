#include "config/exposure/identity_headers.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "config/exposure/location_content.h"

namespace mtls::config::exposure {
namespace {

constexpr std::size_t kValue = 1;  // index of VALUE in `proxy_set_header NAME VALUE`

// The directive that sets a request header for this pass. Only passes over HTTP count: no client
// can send a `fastcgi_param`.
std::string header_directive(const syntax::Directive& pass) {
  if (pass.name == "proxy_pass") return "proxy_set_header";
  if (pass.name == "grpc_pass") return "grpc_set_header";
  return "";
}

bool sets_header(const syntax::Directive& directive) {
  return (directive.name == "proxy_set_header" || directive.name == "grpc_set_header") &&
         directive.args.size() == 2;
}

}  // namespace

bool is_local(const Listen& listen) {
  return listen.address.starts_with("127.") || listen.address == "[::1]" ||
         listen.address == "localhost" || listen.address.starts_with("unix:");
}

bool any_identity(const syntax::Directive& block, const Variables& variables) {
  return std::any_of(block.block->begin(), block.block->end(),
                     [&](const syntax::Directive& directive) {
                       if (sets_header(directive))
                         return variables.carries_verdict(directive.args[kValue].text);
                       return directive.block && !syntax::is_data_block(directive) &&
                              any_identity(directive, variables);
                     });
}

IdentityHeaders::IdentityHeaders(const syntax::Directive& http, const Variables& variables)
    : http_(http), variables_(variables) {}

void IdentityHeaders::take_identity(const syntax::Directive& block, const std::string& directive,
                                    Headers& into) const {
  for (const syntax::Directive& one : *block.block) {
    if (one.name != directive || !sets_header(one)) continue;
    if (variables_.carries_verdict(one.args[kValue].text))
      into.emplace(base::ascii_lower(one.args[0].text), &one);
  }
}

IdentityHeaders::Headers IdentityHeaders::identity_around(const LocationTree& tree,
                                                          const Location& level,
                                                          const std::string& directive) const {
  Headers around;
  for (const Location* one = &level; one != nullptr; one = one->outer) {
    take_identity(*one->directive, directive, around);
  }
  take_identity(tree.http(), directive, around);
  return around;
}

void IdentityHeaders::add_level(const LocationTree& tree, const Location& level,
                                std::vector<Forward>& forwards) {
  for (const auto& inside : level.inside) add_level(tree, *inside, forwards);
  for (const syntax::Directive& pass : *level.directive->block) {
    const std::string directive = header_directive(pass);
    if (directive.empty() || pass.args.empty()) continue;
    const auto backend = backend_of(pass);
    if (!backend) continue;
    Forward forward{.location = level.label(),
                    .backend = *backend,
                    .pass = &pass,
                    .sent = {},
                    .expected = identity_around(tree, level, directive)};
    for (const syntax::Directive* one : tree.effective(level, directive)) {
      if (sets_header(*one)) forward.sent.emplace(base::ascii_lower(one->args[0].text), one);
    }
    for (const auto& [name, one] : forward.sent) {
      if (variables_.carries_verdict(one->args[kValue].text))
        identity_by_backend_[*backend].emplace(name, one);
    }
    const syntax::Directive* passes = tree.effective_one(level, "proxy_pass_request_headers");
    forward.passes_what_clients_send =
        passes == nullptr || passes->args.empty() || passes->args[0].text != "off";
    forwards.push_back(std::move(forward));
  }
}

void IdentityHeaders::add(std::size_t index, const syntax::Directive& server) {
  const LocationTree tree(http_, server);
  add_level(tree, tree.server(), forwards_[index]);
}

std::vector<HeaderGap> IdentityHeaders::gaps(std::size_t index) const {
  std::vector<HeaderGap> gaps;
  const auto forwards = forwards_.find(index);
  if (forwards == forwards_.end()) return gaps;
  for (const Forward& forward : forwards->second) {
    Headers wanted = forward.expected;
    const auto known = identity_by_backend_.find(forward.backend);
    if (known != identity_by_backend_.end())
      wanted.insert(known->second.begin(), known->second.end());
    for (const auto& [name, set] : wanted) {
      if (forward.sent.contains(name)) continue;
      const bool is_read = known != identity_by_backend_.end() && known->second.contains(name);
      gaps.push_back({.header = name,
                      .location = forward.location,
                      .backend = forward.backend,
                      .at = forward.pass->at,
                      .set_at = set->at,
                      .is_spoofable = is_read && forward.passes_what_clients_send});
    }
  }
  std::stable_sort(gaps.begin(), gaps.end(), [](const HeaderGap& a, const HeaderGap& b) {
    return std::tuple(a.at.file, a.at.line, a.at.column) <
           std::tuple(b.at.file, b.at.line, b.at.column);
  });
  return gaps;
}

}  // namespace mtls::config::exposure

#include "config/exposure/outer_block.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace mtls::config::exposure {
namespace {

syntax::Directive without_servers(const syntax::Directive& block) {
  std::vector<syntax::Directive> inside;
  std::copy_if(block.block->begin(), block.block->end(), std::back_inserter(inside),
               [](const syntax::Directive& one) { return one.name != "server"; });
  return {.name = block.name,
          .args = block.args,
          .block = std::move(inside),
          .at = block.at,
          .end = block.end,
          .order = block.order,
          .last = block.last};
}

}  // namespace

OuterBlock::OuterBlock(const syntax::Directive& block)
    : alone(without_servers(block)), variables(block) {}

GuardQuestion question_about(const OuterBlock& outer, const syntax::Directive& server,
                             const TlsContext& context) {
  const bool is_plain_name = context.id.server.find_first_of("*~$") == std::string::npos;
  return {.http = outer.alone,
          .variables = outer.variables,
          .server = server,
          .mode = context.verify_client.value,
          .host = is_plain_name ? context.id.server : ""};
}

}  // namespace mtls::config::exposure

// Directives whose name no module of nginx knows and that look like one it knows: misspelled, with
// `-` for `_`, with their words in another order, or called as another program calls them (R9.10).
// Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/nginx_build.h"
#include "config/syntax/ast.h"

namespace mtls::config::grammar {

/// The directive of nginx that `name` was probably meant to be; nullopt: none is close, or `name`
/// is one of nginx's own, or that of a well-known module of others.
std::optional<std::string_view> close_name(std::string_view name);

struct Misspelled {
  const syntax::Directive* directive;  // in the Document
  std::string_view meant;              // of nginx
};

/// The directives in `document` that look like misspelled ones, in order. Empty where all modules
/// of this nginx are known, since it refuses these directives then (config/grammar/shape.h).
std::vector<Misspelled> misspelled(const syntax::Document& document, const NginxBuild& build);

}  // namespace mtls::config::grammar

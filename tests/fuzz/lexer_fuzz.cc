// Any bytes as tokens: the lexer ends, advances with every token, and reports locations inside the
// text.

#include "config/syntax/lexer.h"
#include "tests/fuzz/target.h"

namespace {

using mtls::config::syntax::Lexer;
using mtls::config::syntax::Token;

bool is_before(const mtls::base::SourceLocation& a, const mtls::base::SourceLocation& b) {
  return std::pair(a.line, a.column) < std::pair(b.line, b.column);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = mtls::fuzz::text_of(data, size);
  Lexer lexer(text, {});
  mtls::base::SourceLocation latest;
  bool is_lua = false;
  while (true) {
    const auto token = is_lua ? lexer.lua_block() : lexer.next();
    if (!token || token->kind == Token::Kind::kEnd) return 0;
    mtls::fuzz::must(is_before(latest, token->at), "each token stands behind the one before");
    mtls::fuzz::must(token->word.text.size() <= size, "a word is no longer than the text");
    latest = token->at;
    // Any `{` may open Lua here, which is more than the parser allows.
    is_lua = !is_lua && token->kind == Token::Kind::kOpen && token->at.column % 7 == 0;
  }
}

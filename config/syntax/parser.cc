#include "config/syntax/parser.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "config/syntax/lexer.h"

namespace mtls::config::syntax {
namespace {

using Kind = Token::Kind;

// A real configuration is not nested deeper. The limit bounds the recursion here and in all code
// that walks the tree.
constexpr std::size_t kMaxDepth = 100;

// Follows ngx_conf_parse() of src/core/ngx_conf_file.c.
class Parser {
 public:
  Parser(std::string_view text, base::FileId file) : lexer_(text, file) {}

  ParsedFile parse(Lines lines) && {
    ParsedFile parsed;
    parsed.directives = read_block(lines);
    if (complaint_) parsed.diagnostics.push_back(std::move(*complaint_));
    parsed.notes = lexer_.take_notes();
    return parsed;
  }

 private:
  std::vector<Directive> read_block(Lines lines);
  static Directive begin(const Token& name);
  void finish(Directive& directive) const;
  bool read_inside(Directive& directive);
  bool read_lua(Directive& directive);
  void end_block(const Token& token);
  bool refuse(std::string message, base::SourceLocation at);
  std::optional<Token> next(base::Result<Token> token);

  Lexer lexer_;
  std::size_t depth_ = 0;
  std::optional<base::SourceLocation> closed_at_;  // the `}` of the block that was just read
  std::optional<Diagnostic> complaint_;            // the first complaint ends the parsing
};

bool Parser::refuse(std::string message, base::SourceLocation at) {
  complaint_ =
      Diagnostic{.code = base::ErrorCode::kSyntax, .message = std::move(message), .at = at};
  return false;
}

std::optional<Token> Parser::next(base::Result<Token> token) {
  if (token) return std::move(*token);
  complaint_ = Diagnostic{.code = token.error().code,
                          .message = std::move(token.error().message),
                          .at = token.error().at};
  return std::nullopt;
}

bool Parser::read_lua(Directive& directive) {
  auto body = next(lexer_.lua_block());
  if (!body) return false;
  directive.args.push_back(std::move(body->word));
  return true;
}

// Reads on after the `{` of `directive`. false: stop.
bool Parser::read_inside(Directive& directive) {
  if (directive.name.ends_with("_by_lua_block")) return read_lua(directive);
  if (depth_ == kMaxDepth) {
    return refuse("blocks nested deeper than " + std::to_string(kMaxDepth), directive.end);
  }
  ++depth_;
  directive.block = read_block(is_data_block(directive) ? Lines::kData : Lines::kDirectives);
  directive.close = std::exchange(closed_at_, std::nullopt);
  --depth_;
  return !complaint_;
}

// `token` is a `}` or the end of the file.
void Parser::end_block(const Token& token) {
  const bool at_end = token.kind == Kind::kEnd;
  if (!at_end) closed_at_ = token.at;
  if (at_end && depth_ > 0) refuse("unexpected end of file, expecting \"}\"", token.at);
  if (!at_end && depth_ == 0) refuse("unexpected \"}\"", token.at);
}

Directive Parser::begin(const Token& name) {
  return {.name = name.word.text,
          .args = {},
          .block = {},
          .at = name.at,
          .end = name.at,
          .word = name.word.range,
          .range = name.word.range};
}

// Behind its `;` or `}`.
void Parser::finish(Directive& directive) const {
  directive.range.length = lexer_.offset() - directive.range.offset;
}

std::vector<Directive> Parser::read_block(Lines lines) {
  std::vector<Directive> directives;
  std::optional<Directive> current;
  while (const auto token = next(lexer_.next())) {
    if (token->kind == Kind::kWord && current) {
      current->args.push_back(token->word);
    } else if (token->kind == Kind::kWord) {
      current = begin(*token);
    } else if (token->kind == Kind::kSemicolon) {
      current->end = token->at;
      finish(*current);
      directives.push_back(std::move(*current));
      current.reset();
    } else if (token->kind == Kind::kOpen) {
      if (lines != Lines::kDirectives) {
        refuse(lines == Lines::kData ? "unexpected \"{\""
                                     : "block directives are not supported in -g option",
               token->at);
        break;
      }
      current->end = token->at;
      const bool go_on = read_inside(*current);
      finish(*current);
      directives.push_back(std::move(*current));
      current.reset();
      if (!go_on) break;
    } else {
      end_block(*token);
      break;
    }
  }
  return directives;
}

}  // namespace

ParsedFile parse(std::string_view text, base::FileId file, Lines lines) {
  return Parser(text, file).parse(lines);
}

bool is_data_block(const Directive& directive) {
  constexpr std::array<std::string_view, 5> kNames{"types", "map", "geo", "split_clients",
                                                   "charset_map"};
  return std::find(kNames.begin(), kNames.end(), directive.name) != kNames.end();
}

}  // namespace mtls::config::syntax

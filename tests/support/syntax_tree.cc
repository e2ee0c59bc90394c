#include "tests/support/syntax_tree.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace mtls::testing {
namespace {

using config::syntax::Argument;
using config::syntax::Directive;

bool is_in(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// R1.4: the characters before which a backslash disappears.
bool is_unescaped(char c) { return is_in(c, "\"'\\trn"); }

// One word between blanks, read by the state machine of R1.2.
class BareWord {
 public:
  explicit BareWord(const Argument& word) : word_(word), text_(word.text) {}

  /// nullopt: only quotes or the braces of a Lua block can hold the word.
  std::optional<std::string> spell() && {
    if (text_.empty() || is_in(text_[0], "}#")) return std::nullopt;
    for (at_ = 0; at_ < text_.size(); ++at_) {
      if (!spell_one()) return std::nullopt;
    }
    if (has_variable_ != word_.has_variable) return std::nullopt;
    return std::move(out_);
  }

 private:
  bool spell_one() {
    const char c = text_[at_];
    if (is_in(c, " ;{") && !(c == '{' && after_dollar_)) return false;
    if (c == '{') {  // after `$`: any number of braces is plain
      out_ += c;
      return true;
    }
    after_dollar_ = c == '$';
    has_variable_ = has_variable_ || after_dollar_;
    if (c == '\\') {
      spell_backslash();
    } else if (is_in(c, "\t\r\n")) {
      out_ += c == '\t' ? "\\t" : c == '\r' ? "\\r" : "\\n";
    } else {
      if (at_ == 0 && is_in(c, "\"'")) out_ += '\\';
      out_ += c;
    }
    return true;
  }

  void spell_backslash() {
    const bool ends = at_ + 1 == text_.size();
    const char next = ends ? '\0' : text_[at_ + 1];
    out_ += '\\';
    const bool takes_next = is_in(next, " ;{") || (next == '$' && !word_.has_variable);
    if (!ends && takes_next) {
      out_ += next;
      ++at_;
    } else if (ends || is_unescaped(next) || is_in(next, "$\t\r\n")) {
      out_ += '\\';
    }
  }

  const Argument& word_;
  std::string_view text_;
  std::size_t at_ = 0;
  bool after_dollar_ = false;
  bool has_variable_ = false;
  std::string out_;
};

std::string quoted(std::string_view text, bool has_variable) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escapes_dollar =
        !has_variable && text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '$';
    if (escapes_dollar) {
      out += "\\$";
      ++i;
      continue;
    }
    if (is_in(text[i], "\"\\")) out += '\\';
    out += text[i];
  }
  return out + '"';
}

// The tree does not tell whether a name was quoted.
std::string spell_name(const std::string& name) {
  const bool is_plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  return is_plain ? name : quoted(name, true);
}

void spell(const std::vector<Directive>& directives, std::string& out);

void spell(const Directive& directive, std::string& out) {
  out += spell_name(directive.name);
  bool is_lua = false;
  for (const Argument& word : directive.args) {
    out += ' ';
    if (word.quoted) {
      out += quoted(word.text, word.has_variable);
    } else if (const auto bare = BareWord(word).spell()) {
      out += *bare;
    } else {
      is_lua = true;
      out += '{' + word.text + '}';
    }
  }
  if (directive.block) {
    out += " {\n";
    spell(*directive.block, out);
    out += '}';
  } else if (!is_lua) {
    out += ';';
  }
  out += '\n';
}

void spell(const std::vector<Directive>& directives, std::string& out) {
  for (const Directive& directive : directives) spell(directive, out);
}

void renumber(std::vector<Directive>& directives, std::uint32_t& count) {
  for (Directive& directive : directives) {
    directive.order = ++count;
    directive.at = {.file = {}, .line = count, .column = 1};
    directive.end = directive.at;
    directive.close.reset();
    directive.word = directive.range = {};
    for (Argument& word : directive.args) {
      word.at = directive.at;
      word.range = {};
    }
    if (directive.block) renumber(*directive.block, count);
    directive.last = count;
  }
}

bool follows(const std::vector<Directive>& directives, std::uint32_t& latest) {
  for (const Directive& directive : directives) {
    if (directive.order <= latest || directive.last < directive.order) return false;
    latest = directive.order;
    if (directive.block && !follows(*directive.block, latest)) return false;
    if (latest > directive.last) return false;
    latest = directive.last;
  }
  return true;
}

}  // namespace

std::string nginx_text(const std::vector<Directive>& directives) {
  std::string out;
  spell(directives, out);
  return out;
}

std::vector<Directive> without_places(std::vector<Directive> directives) {
  for (Directive& directive : directives) {
    directive.at = directive.end = {};
    directive.close.reset();
    directive.word = directive.range = {};
    for (Argument& word : directive.args) {
      word.at = {};
      word.range = {};
    }
    if (directive.block) directive.block = without_places(std::move(*directive.block));
  }
  return directives;
}

config::syntax::Document in_one_file(config::syntax::Document document) {
  document.files.resize(1);
  std::uint32_t count = 0;
  renumber(document.main, count);
  for (config::syntax::Diagnostic& diagnostic : document.diagnostics) {
    diagnostic.at.reset();
    diagnostic.when = {};
  }
  return document;
}

bool is_in_reading_order(const std::vector<Directive>& directives) {
  std::uint32_t latest = 0;
  return follows(directives, latest);
}

}  // namespace mtls::testing

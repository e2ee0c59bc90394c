// A value that a directive sets, with the directive that caused it, and what a file's name in the
// configuration can be. Plain values; how they come about is config/tls. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/source.h"
#include "config/syntax/ast.h"

namespace mtls::config {

enum class Module { kHttp, kStream, kMail };
enum class Provenance { kDefault, kInherited, kLocal };

std::string_view word(Module module);          // http stream mail
std::string_view word(Provenance provenance);  // default inherited local

/// The directive a value comes from; none for a default. It points into the Document that was
/// resolved, which has to be alive where this is followed: ConfigView keeps both together. Equal
/// values are equal wherever they come from, so all of these compare equal.
class DirectiveRef {
 public:
  DirectiveRef() = default;
  DirectiveRef(const syntax::Directive* directive)
      : directive_(directive) {}  // NOLINT: as a pointer

  const syntax::Directive* operator->() const { return directive_; }
  const syntax::Directive& operator*() const { return *directive_; }
  explicit operator bool() const { return directive_ != nullptr; }

  friend bool operator==(DirectiveRef, DirectiveRef) { return true; }

 private:
  const syntax::Directive* directive_ = nullptr;
};

/// An effective value and the directive that caused it: of several, the first. `at` is its place,
/// and outlives the Document.
template <class T>
struct Setting {
  T value{};
  Provenance provenance = Provenance::kDefault;
  std::optional<base::SourceLocation> at;
  DirectiveRef directive = {};

  bool operator==(const Setting&) const = default;
};

/// A file that can be looked at: the path nginx opens, absolute, not normalised (R1.42).
struct StaticPath {
  std::string path;
  bool operator==(const StaticPath&) const = default;
};

/// `$variables`, `data:`, `engine:`, `store:`: known only at handshake time. A fact, not an error.
struct RuntimePath {
  std::string text;
  // The files it can come to where its variable has literal values only
  // (config/tls/runtime_path.h), absolute; empty: not known.
  std::vector<std::string> followed = {};

  bool operator==(const RuntimePath&) const = default;
};

using FileRef = std::variant<StaticPath, RuntimePath>;

/// One file of a directive that can be repeated.
struct NamedFile {
  FileRef file;
  DirectiveRef directive = {};

  operator const FileRef&() const { return file; }  // NOLINT: it is one
  bool operator==(const NamedFile&) const = default;
};

/// What one directive comes to, as text for people: `on`, `TLSv1.2 TLSv1.3`, an absolute path;
/// several of an array with `, ` between them; "" for nothing. Code asks the typed members of
/// TlsContext.
struct NamedSetting {
  std::string_view directive;  // of the table in config/grammar/directive_table.h
  Setting<std::string> effective;

  bool operator==(const NamedSetting&) const = default;
};

/// What each TLS directive comes to in one server block. Most server blocks differ from the blocks
/// around them in a few directives, so what those give is one list for all. Used like a list of
/// NamedSetting, sorted by name.
class NamedSettings {
 public:
  using Rows = std::vector<NamedSetting>;

  class Iterator {
   public:
    using value_type = NamedSetting;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::forward_iterator_tag;  // NOLINT(readability-identifier-naming)

    Iterator() = default;
    Iterator(Rows::const_iterator around, Rows::const_iterator own, Rows::const_iterator own_end)
        : around_(around), own_(own), own_end_(own_end) {}

    const NamedSetting& operator*() const { return is_own() ? *own_ : *around_; }
    const NamedSetting* operator->() const { return &**this; }
    Iterator& operator++() {
      if (is_own()) ++own_;
      ++around_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return around_ == other.around_; }

   private:
    bool is_own() const { return own_ != own_end_ && own_->directive == around_->directive; }

    Rows::const_iterator around_;
    Rows::const_iterator own_;
    Rows::const_iterator own_end_;
  };

  NamedSettings() : NamedSettings(Rows{}) {}
  /// Sorted by name.
  explicit NamedSettings(Rows all) : around_(std::make_shared<const Rows>(std::move(all))) {}
  NamedSettings(std::initializer_list<NamedSetting> all) : NamedSettings(Rows(all)) {}
  /// What the blocks around give, with rows of every name, and what stands in the block itself;
  /// both sorted by name.
  NamedSettings(std::shared_ptr<const Rows> around, Rows own)
      : around_(std::move(around)), own_(std::move(own)) {
    own_.shrink_to_fit();
  }

  Iterator begin() const { return {around_->begin(), own_.begin(), own_.end()}; }
  Iterator end() const { return {around_->end(), own_.end(), own_.end()}; }
  std::size_t size() const { return around_->size(); }
  bool empty() const { return around_->empty(); }

  bool operator==(const NamedSettings& other) const {
    if (around_ == other.around_ && own_ == other.own_) return true;
    return size() == other.size() && std::equal(begin(), end(), other.begin());
  }

 private:
  std::shared_ptr<const Rows> around_;
  Rows own_;
};

}  // namespace mtls::config

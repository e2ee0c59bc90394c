// A configuration without a spelling: directives, arguments, blocks, and their damage. Plain values
// that can be taken apart; knows nothing of what the directives mean. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace mtls::testing {

struct Node {
  enum class End { kProper, kMissing, kTwice };  // the directive's `;` or `}`

  std::string name;
  std::vector<std::string> args = {};
  bool has_block = false;
  std::vector<Node> inside = {};
  End end = End::kProper;
  std::string raw = {};  // bytes that are printed instead of everything else

  bool operator==(const Node&) const = default;
};

using Nodes = std::vector<Node>;

/// Every list of directives in the tree, outermost first: the main one and that of each block.
std::vector<Nodes*> lists_of(Nodes& main);
/// Every block named `name`; blocks of an outer list come before those of an inner one.
std::vector<Node*> blocks_named(Nodes& main, const std::string& name);
/// Every directive; those of an outer list come before those of an inner one.
std::vector<Node*> all_nodes(Nodes& main);

/// The smallest tree found for which `fails` holds; leaves out directives and arguments one by one.
/// REQUIRES: `fails(tree)`. Calls `fails` at most `budget` times.
Nodes shrink(Nodes tree, const std::function<bool(const Nodes&)>& fails, std::size_t budget);

inline Node directive(std::string name, std::vector<std::string> args) {
  return {.name = std::move(name), .args = std::move(args)};
}
inline Node block(std::string name, std::vector<std::string> args, Nodes inside) {
  return {.name = std::move(name),
          .args = std::move(args),
          .has_block = true,
          .inside = std::move(inside)};
}

}  // namespace mtls::testing

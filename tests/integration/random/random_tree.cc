#include "tests/integration/random/random_tree.h"

#include <algorithm>
#include <utility>

namespace mtls::testing {
namespace {

void collect_lists(Nodes& nodes, std::vector<Nodes*>& lists) {
  lists.push_back(&nodes);
  for (Node& node : nodes) {
    if (node.has_block) collect_lists(node.inside, lists);
  }
}

// One attempt at a smaller tree, which is kept when it still fails.
class Shrinker {
 public:
  Shrinker(Nodes tree, const std::function<bool(const Nodes&)>& fails, std::size_t budget)
      : tree_(std::move(tree)), fails_(fails), budget_(budget) {}

  Nodes run() {
    bool smaller = true;
    while (smaller && budget_ > 0) {
      smaller = without_directives();
      smaller = without_arguments() || smaller;
    }
    return std::move(tree_);
  }

 private:
  bool keep(Nodes candidate) {
    if (budget_ == 0) return false;
    --budget_;
    if (!fails_(candidate)) return false;
    tree_ = std::move(candidate);
    return true;
  }

  /// Tries to leave out runs of directives: halves first, then shorter and shorter ones.
  bool without_directives() {
    bool any = false;
    for (std::size_t list = 0; list < lists_of(tree_).size(); ++list) {
      for (std::size_t run = std::max<std::size_t>(1, lists_of(tree_)[list]->size() / 2);;
           run /= 2) {
        any = without_runs(list, run) || any;
        if (run <= 1) break;
      }
    }
    return any;
  }

  bool without_runs(std::size_t list, std::size_t run) {
    bool any = false;
    for (std::size_t at = 0; list < lists_of(tree_).size();) {
      Nodes candidate = tree_;
      Nodes& nodes = *lists_of(candidate)[list];
      if (at >= nodes.size()) break;
      const auto first = nodes.begin() + static_cast<std::ptrdiff_t>(at);
      nodes.erase(first, first + static_cast<std::ptrdiff_t>(std::min(run, nodes.size() - at)));
      if (keep(std::move(candidate))) {
        any = true;
      } else {
        at += run;
      }
    }
    return any;
  }

  bool without_arguments() {
    bool any = false;
    for (std::size_t node = 0; node < all_nodes(tree_).size(); ++node) {
      for (std::size_t arg = 0; arg < all_nodes(tree_)[node]->args.size();) {
        Nodes candidate = tree_;
        std::vector<std::string>& args = all_nodes(candidate)[node]->args;
        args.erase(args.begin() + static_cast<std::ptrdiff_t>(arg));
        if (keep(std::move(candidate))) {
          any = true;
        } else {
          ++arg;
        }
      }
    }
    return any;
  }

  Nodes tree_;
  const std::function<bool(const Nodes&)>& fails_;
  std::size_t budget_;
};

}  // namespace

std::vector<Nodes*> lists_of(Nodes& main) {
  std::vector<Nodes*> lists;
  collect_lists(main, lists);
  return lists;
}

std::vector<Node*> all_nodes(Nodes& main) {
  std::vector<Node*> all;
  for (Nodes* list : lists_of(main)) {
    for (Node& node : *list) all.push_back(&node);
  }
  return all;
}

std::vector<Node*> blocks_named(Nodes& main, const std::string& name) {
  std::vector<Node*> blocks;
  for (Node* node : all_nodes(main)) {
    if (node->has_block && node->name == name) blocks.push_back(node);
  }
  return blocks;
}

Nodes shrink(Nodes tree, const std::function<bool(const Nodes&)>& fails, std::size_t budget) {
  return Shrinker(std::move(tree), fails, budget).run();
}

}  // namespace mtls::testing

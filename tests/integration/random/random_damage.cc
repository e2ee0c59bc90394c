#include "tests/integration/random/random_damage.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/integration/random/random_material.h"

namespace mtls::testing {
namespace {

bool is_ours(const Node& node) {
  return node.name.find("ssl") != std::string::npos || node.name == "listen" ||
         node.name == "server_name";
}

bool names_file(const Node& node) {
  return !node.args.empty() && node.args.front().starts_with("pki/");
}

using Predicate = std::function<bool(const Node&)>;

Node* any_node(Nodes& main, Dice& dice, const Predicate& wanted) {
  std::vector<Node*> candidates;
  for (Node* node : all_nodes(main)) {
    if (wanted(*node)) candidates.push_back(node);
  }
  return candidates.empty() ? nullptr : dice.one_of(candidates);
}
Node* any_of_ours(Nodes& main, Dice& dice) { return any_node(main, dice, is_ours); }

/// A list of directives and a position in it.
struct Place {
  Nodes* list;
  std::size_t at;
  void insert(Node node) const {
    list->insert(list->begin() + static_cast<std::ptrdiff_t>(at), std::move(node));
  }
};

/// The main list, or the inside of a block of directives; not of data (R1.20).
Place place_for_directive(Nodes& main, Dice& dice) {
  std::vector<Nodes*> lists{&main};
  for (Node* node : all_nodes(main)) {
    const bool is_data = node->name == "map" || node->name == "geo" || node->name == "types";
    if (node->has_block && !is_data) lists.push_back(&node->inside);
  }
  Nodes* list = dice.one_of(lists);
  return {list, dice.below(list->size() + 1)};
}

Place any_place(Nodes& main, Dice& dice) {
  std::vector<Nodes*> lists = lists_of(main);
  Nodes* list = dice.one_of(lists);
  return {list, dice.below(list->size() + 1)};
}

/// Except for an upstream's `server`, whose parameters we do not check.
void lose_the_end(Nodes& main, Dice& dice) {
  const auto wanted = [](const Node& node) { return node.has_block || node.name != "server"; };
  any_node(main, dice, wanted)->end = Node::End::kMissing;
}

void end_twice(Nodes& main, Dice& dice) {
  any_node(main, dice, [](const Node&) { return true; })->end = Node::End::kTwice;
}

void spoil_value(Nodes& main, Dice& dice) {
  Node* node = any_of_ours(main, dice);
  if (node == nullptr || node->args.empty()) return;
  node->args[dice.below(node->args.size())] = dice.one_of(
      {"zork", "", "-1", "99999999999999999999", "yes", "on", "off", "1x", "TLSv9", "0"});
}

void change_arity(Nodes& main, Dice& dice) {
  Node* node = dice.percent(80) ? any_of_ours(main, dice)
                                : any_node(main, dice, [](const Node& n) { return n.has_block; });
  if (node == nullptr) return;
  if (dice.percent(50) && !node->args.empty()) {
    node->args.pop_back();
  } else {
    node->args.emplace_back(dice.one_of({"extra", "", "on"}));
  }
}

void say_twice(Nodes& main, Dice& dice) {
  const Place place = any_place(main, dice);
  if (place.list->empty()) return;
  const Node copy = dice.one_of(*place.list);
  if (is_ours(copy) || copy.has_block) place.insert(copy);
}

void misplace(Nodes& main, Dice& dice) {
  const Node* node = any_node(main, dice, [](const Node& n) { return is_ours(n) || n.has_block; });
  if (node == nullptr) return;
  const Node copy = *node;
  any_place(main, dice).insert(copy);
}

void spoil_file(Nodes& main, Dice& dice) {
  Node* node = any_node(main, dice, names_file);
  if (node == nullptr) return;
  node->args.front() = "pki/" + dice.one_of(material_names().bad) + ".pem";
}

void leave_out(Nodes& main, Dice& dice) {
  const Node* node = any_node(main, dice, is_ours);
  for (Nodes* list : lists_of(main)) {
    const auto at = std::ranges::find_if(*list, [&](const Node& one) { return &one == node; });
    if (at == list->end()) continue;
    list->erase(at);
    return;
  }
}

void include_badly(Nodes& main, Dice& dice) {
  any_place(main, dice)
      .insert(directive("include", {dice.one_of({"missing.conf", "pki/folder.pem", "missing/*.conf",
                                                 "pki/text.pem", "missing/../pki/text.pem", "",
                                                 "/missing", "pki/tick*48.key"})}));
}

void add_own(Nodes& main, Dice& dice) {
  static const std::vector<std::pair<const char*, std::vector<std::string>>> all{
      {"ssl_ciphers", {"NOSUCHCIPHER"}},
      {"ssl_ecdh_curve", {"nosuchcurve"}},
      {"ssl_conf_command", {"NoSuchCommand", "x"}},
      {"ssl_conf_command", {"MinProtocol", "zork"}},
      {"ssl_dhparam", {"pki/missing.pem"}},
      {"ssl_session_ticket_key", {"pki/text.pem"}},
      {"ssl_session_cache", {"shared:SMALL:1k"}},
      {"ssl_session_cache", {"shared:x"}},
      {"ssl_password_file", {"pki/missing"}},
      {"ssl_verify_client", {"on"}},
      {"ssl_certificate", {"pki/plain.pem"}},
      {"ssl_certificate", {"$no_such_variable"}},
      {"add_header", {"X-N", "$no_such_variable"}},
      {"proxy_ssl_name", {"$no_such_variable"}},
      {"ssl_certificate_key", {"pki/${no_such_variable}.key"}},
      {"grpc_set_header", {"X-N", "$not_one$no_such_variable"}},
      {"ssl_stapling_file", {"pki/missing.der"}},
      {"ssl_ocsp_responder", {"https://x/"}},
      {"ssl_ocsp", {"leaf"}},
      {"ssl_reject_handshake", {"on"}},
      {"ssl", {"on"}},
      {"ssl", {"off"}},
      {"ssl_verify_depth", {"2"}},
      {"listen", {"1", "quic"}},
      {"proxy_ssl_verify", {"on"}},
      {"proxy_ssl_certificate", {""}},
      {"grpc_ssl_verify", {"on"}},
      {"ssl_client_certificate", {"pki/a.pem"}},
      {"ssl_crl", {""}},
  };
  const auto& [name, args] = dice.one_of(all);
  place_for_directive(main, dice).insert(directive(name, args));
}

void change_listen(Nodes& main, Dice& dice) {
  Node* node = any_node(main, dice, [](const Node& n) { return n.name == "listen"; });
  if (node == nullptr || node->args.empty()) return;
  if (dice.percent(40)) {
    node->args.front() = dice.one_of({"0", "65536", "127.0.0.1:0", "[::1", "unix:", "1-0", ":1",
                                      "127.0.0.1:x", "[zz]:1", "a/b", "127.0.0.1:99999"});
  } else {
    node->args.emplace_back(dice.one_of({"zork", "default_server", "ssl", "backlog=x", "backlog=5",
                                         "ssl=on", "udp", "bind", "so_keepalive=x", "rcvbuf=x"}));
  }
}

void change_name(Nodes& main, Dice& dice) {
  Node* node = any_node(main, dice, [](const Node& n) { return n.name == "server_name"; });
  if (node == nullptr) return;
  node->args = {
      dice.one_of({"a*b", "*a", ".", "~", "a.*.b", "*.", "", "**.a", "$hostname", "a/b", "~^("})};
}

void swap_form(Nodes& main, Dice& dice) {
  Node* node = any_node(main, dice, [](const Node&) { return true; });
  node->has_block = !node->has_block;
}

void scribble(Nodes& main, Dice& dice) {
  const std::array<std::string, 9> all{"}",
                                       "{",
                                       ";",
                                       "ssl_crl \"pki/crl-a.pem;",
                                       "ssl_crl 'pki'x;",
                                       "#" + std::string(4094, 'c'),
                                       "#" + std::string(4095, 'c'),
                                       "ssl_crl " + std::string(4096, 'w') + ";",
                                       "ssl_crl \"" + std::string(5000, 'q') + "\";"};
  any_place(main, dice).insert({.name = "", .raw = all[dice.below(all.size())]});
}

}  // namespace

void damage(Nodes& main, Dice& dice) {
  constexpr std::array kAll{lose_the_end, end_twice,     spoil_value,   change_arity, say_twice,
                            misplace,     spoil_file,    spoil_file,    leave_out,    leave_out,
                            add_own,      include_badly, change_listen, change_name,  swap_form,
                            scribble,     spoil_value,   add_own};
  const std::size_t times = dice.percent(75) ? 1 : dice.between(2, 3);
  for (std::size_t i = 0; i < times; ++i) kAll[dice.below(kAll.size())](main, dice);
}

}  // namespace mtls::testing

#include "tests/integration/random/random_material.h"

#include <filesystem>
#include <map>

#include "tests/integration/verdict/verdict_pki.h"

namespace mtls::testing {
namespace {

struct Authorities {
  Minted a = authority("CN=Root A,O=One");
  Minted b = authority("CN=Root B");
  Minted old = authority("CN=Root Old", nullptr, expired);
  Minted under_a = authority("CN=Under A", &a);
  Minted under_under_a = authority("CN=Under Under A", &under_a);
};

void write_authorities(const TempDir& directory, const Authorities& all) {
  const std::map<std::string, std::string> texts{
      {"a", pem({&all.a})},
      {"b", pem({&all.b})},
      {"a-b", pem({&all.a, &all.b})},
      {"a-twice", pem({&all.a, &all.b, &all.a})},
      {"a-under", pem({&all.a, &all.under_a})},
      {"a-all", "text before\n" + pem({&all.under_under_a, &all.under_a, &all.a})},
      {"under-only", pem({&all.under_a})},
      {"old", pem({&all.old})},
      {"a-trusted-b", pem({&all.a}) + as_trusted_pem(all.b, "")},
      {"trusted-b", as_trusted_pem(all.b, "")},
      {"trusted-under", as_trusted_pem(all.under_a, "clientAuth")},
      {"broken", pem({&all.a}) + all.b.certificate_pem.substr(0, 100)},
      {"empty", ""},
      {"text", "no certificate here\n"},
  };
  for (const auto& [name, text] : texts) directory.write("pki/" + name + ".pem", text);
  std::filesystem::create_directories(directory.path("pki/folder.pem"));
  directory.write("pki/ticket48.key", std::string(48, 'k'));
  directory.write("pki/ticket80.key", std::string(80, 'k'));
  directory.write("pki/passwords", "one\ntwo\n");
}

void write_crls(const TempDir& directory, const Authorities& all, const Minted& revoked) {
  CrlSpec stale = crl_of(all.a);
  stale.next_update = now() - days{1};
  const std::string a = mint_crl(crl_of(all.a, {&revoked}));
  const std::string under = mint_crl(crl_of(all.under_a)) + mint_crl(crl_of(all.under_under_a));
  directory.write("pki/crl-a.pem", a);
  directory.write("pki/crl-all.pem", a + under + mint_crl(crl_of(all.b)));
  directory.write("pki/crl-stale.pem", mint_crl(stale));
  directory.write("pki/crl-b-cert-b.pem", mint_crl(crl_of(all.b)) + all.b.certificate_pem);
  directory.write("pki/crl-broken.pem", a + under.substr(0, 100));
}

void write_pairs(const TempDir& directory, const Authorities& all) {
  const Twist for_servers = purpose("serverAuth");
  const Minted plain = leaf(nullptr, for_servers);
  const Minted chained = leaf(&all.under_a, for_servers);
  const Minted rsa = leaf(&all.b, [](CertificateSpec& spec) {
    spec.extended_key_usage = "serverAuth";
    spec.key = KeyKind::kRsa2048;
  });
  const Minted late = leaf(&all.b, [](CertificateSpec& spec) {
    expired(spec);
    spec.extended_key_usage = "serverAuth";
  });
  const std::vector<std::pair<std::string, const Minted*>> pairs{
      {"plain", &plain}, {"chained", &chained}, {"rsa", &rsa}, {"late", &late}};
  for (const auto& [name, minted] : pairs) {
    const bool has_chain = minted == &chained;
    directory.write("pki/" + name + ".key", minted->key_pem);
    directory.write("pki/" + name + ".pem",
                    minted->certificate_pem + (has_chain ? pem({&all.under_a}) : ""));
  }
}

}  // namespace

const MaterialNames& material_names() {
  static const MaterialNames names{
      .client_cas = {"a", "b", "a-b", "a-twice", "a-under", "a-all", "under-only", "old",
                     "a-trusted-b", "plain"},
      .trusted_cas = {"a", "b", "a-b", "a-under", "a-all", "under-only", "trusted-b",
                      "trusted-under", "crl-a"},
      .crls = {"crl-a", "crl-all", "crl-stale", "crl-b-cert-b", "a"},
      .pairs = {"plain", "chained", "rsa", "late"},
      .bad = {"missing", "broken", "empty", "text", "folder", "crl-broken"}};
  return names;
}

std::vector<RandomClient> write_material(const TempDir& directory) {
  const Authorities all;
  const Minted revoked = leaf(&all.a);
  write_authorities(directory, all);
  write_crls(directory, all, revoked);
  write_pairs(directory, all);
  std::vector<RandomClient> clients;
  const auto add = [&](const std::string& name, const Minted& own,
                       const std::vector<const Minted*>& sent_with_it) {
    clients.push_back({.name = name,
                       .chain_pem = own.certificate_pem + pem(sent_with_it),
                       .key_pem = own.key_pem});
    directory.write("clients/" + name + ".pem", clients.back().chain_pem);
  };
  add("good-a", leaf(&all.a), {});
  add("good-b", leaf(&all.b), {});
  add("revoked-a", revoked, {});
  add("expired-a", leaf(&all.a, expired), {});
  add("under-sent", leaf(&all.under_a), {&all.under_a});
  add("under-alone", leaf(&all.under_a), {});
  add("too-deep", leaf(&all.under_under_a), {&all.under_under_a, &all.under_a});
  add("of-old", leaf(&all.old), {});
  add("server-purpose", leaf(&all.a, purpose("serverAuth")), {});
  add("self-signed", leaf(nullptr), {});
  return clients;
}

}  // namespace mtls::testing

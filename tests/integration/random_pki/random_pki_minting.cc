#include "tests/integration/random_pki/random_pki_minting.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>

#include "tests/integration/verdict/verdict_pki.h"

namespace mtls::testing {
namespace {

using Quirks = std::vector<std::pair<std::string, void (*)(CertificateSpec&)>>;
using Spec = CertificateSpec;

const Quirks& quirks_of_both() {
  static const Quirks table{
      {"expired", [](Spec& spec) { spec.not_after = now() - days{1}; }},
      {"early", [](Spec& spec) { spec.not_before = now() + days{1}; }},
      {"sha1", [](Spec& spec) { spec.digest = "SHA1"; }},
      {"md5", [](Spec& spec) { spec.digest = "MD5"; }},
      {"rsa1024", [](Spec& spec) { spec.key = KeyKind::kRsa1024; }},
      {"rsa2048", [](Spec& spec) { spec.key = KeyKind::kRsa2048; }},
      {"ed25519", [](Spec& spec) { spec.key = KeyKind::kEd25519; }},
      {"no-key-ids", [](Spec& spec) { spec.key_identifiers = false; }},
      {"no-basic-constraints", [](Spec& spec) { spec.ca = std::nullopt; }},
      {"no-key-usage", [](Spec& spec) { spec.key_usage = ""; }},
      {"for-servers", [](Spec& spec) { spec.extended_key_usage = "serverAuth"; }},
  };
  return table;
}

const Quirks& quirks_of_authorities() {
  static const Quirks table{
      {"not-a-ca", [](Spec& spec) { spec.ca = false; }},
      {"pathlen-0", [](Spec& spec) { spec.path_length = 0; }},
      {"pathlen-1", [](Spec& spec) { spec.path_length = 1; }},
      {"no-cert-sign", [](Spec& spec) { spec.key_usage = "critical,cRLSign"; }},
      {"no-crl-sign", [](Spec& spec) { spec.key_usage = "critical,keyCertSign"; }},
      {"for-clients", [](Spec& spec) { spec.extended_key_usage = "clientAuth"; }},
      {"permits-good", [](Spec& spec) { spec.name_constraints = "permitted;DNS:good.test"; }},
      {"excludes-bad", [](Spec& spec) { spec.name_constraints = "excluded;DNS:bad.test"; }},
      {"permits-net",
       [](Spec& spec) { spec.name_constraints = "permitted;IP:10.0.0.0/255.0.0.0"; }},
  };
  return table;
}

const Quirks& quirks_of_leaves() {
  static const Quirks table{
      {"for-anything", [](Spec& spec) { spec.extended_key_usage = "anyExtendedKeyUsage"; }},
      {"for-both", [](Spec& spec) { spec.extended_key_usage = "serverAuth,clientAuth"; }},
      {"no-purpose", [](Spec& spec) { spec.extended_key_usage = ""; }},
      {"encipherment", [](Spec& spec) { spec.key_usage = "critical,keyEncipherment"; }},
      {"agreement", [](Spec& spec) { spec.key_usage = "critical,keyAgreement"; }},
      {"is-a-ca", [](Spec& spec) { spec.ca = true; }},
      {"named-good", [](Spec& spec) { spec.dns_names = {"a.good.test"}; }},
      {"named-bad", [](Spec& spec) { spec.dns_names = {"a.bad.test"}; }},
      {"called-bad", [](Spec& spec) { spec.subject = "CN=b.bad.test," + spec.subject; }},
  };
  return table;
}

std::vector<std::string> words(const std::vector<const Quirks*>& tables) {
  std::vector<std::string> all;
  for (const Quirks* table : tables) {
    for (const auto& [word, apply] : *table) all.push_back(word);
  }
  return all;
}

void apply(const std::string& quirk, CertificateSpec& spec) {
  for (const Quirks* table : {&quirks_of_both(), &quirks_of_authorities(), &quirks_of_leaves()}) {
    for (const auto& [word, change] : *table) {
      if (word == quirk) return change(spec);
    }
  }
  if (quirk != "leaf") throw std::runtime_error("no such quirk: " + quirk);
}

bool has(const PkiCertificate& certificate, const std::string& quirk) {
  return std::ranges::find(certificate.quirks, quirk) != certificate.quirks.end();
}

bool is_rsa(KeyKind kind) { return kind == KeyKind::kRsa1024 || kind == KeyKind::kRsa2048; }

/// RSA keys are slow to make, so a few serve all cases.
const Minted& pooled(KeyKind kind, std::size_t index) {
  constexpr std::size_t kKeys = 6;
  static std::map<KeyKind, std::array<Minted, kKeys>> pools;
  Minted& key = pools[kind].at(index % kKeys);
  if (!key.key_pem.empty()) return key;
  CertificateSpec spec;
  spec.key = kind;
  return key = mint(spec);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string middle_line_replaced(const std::string& text, const std::string& line) {
  const std::size_t begin = text.find('\n', text.size() / 2) + 1;
  return text.substr(0, begin) + line + text.substr(text.find('\n', begin));
}

/// A block, or the bytes around it, written in one of the forms.
std::string written(const std::string& form, const std::string& text) {
  if (form == "plain") return text;
  if (form == "x509") return replaced(text, " CERTIFICATE-----", " X509 CERTIFICATE-----");
  if (form == "crlf") return replaced(text, "\n", "\r\n");
  if (form == "text-before") return "Certificate:\n    Data: Version 3\nUmlaute äöü\n" + text;
  if (form == "indented") return "  " + text;  // not a block to nginx
  if (form == "spaces-behind") return replaced(text, "-----\n", "-----  \n");
  if (form == "cut") return text.substr(0, text.size() / 2) + "\n";
  if (form == "wrong-end") return replaced(text, "-----END ", "-----END OLD ");
  if (form == "bad-base64") return middle_line_replaced(text, "!!!!");
  if (form == "lost-line") return middle_line_replaced(text, "AAAA");
  if (form == "joined") return text.substr(0, text.size() - 1);
  throw std::runtime_error("no such form: " + form);
}

std::string noise(const std::string& form) {
  if (form == "noise-text") return "# rotated on Monday\n\nsubject=CN = nobody\n";
  if (form == "noise-request") {
    return "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n";
  }
  if (form == "noise-key") return pooled(KeyKind::kRsa1024, 0).key_pem;
  return "";
}

}  // namespace

const std::vector<std::string>& authority_quirks() {
  static const auto all = words({&quirks_of_both(), &quirks_of_authorities()});
  return all;
}

const std::vector<std::string>& leaf_quirks() {
  static const auto all = words({&quirks_of_both(), &quirks_of_leaves()});
  return all;
}

const std::vector<std::string>& good_forms() {
  static const std::vector<std::string> all{"x509", "crlf", "text-before", "indented",
                                            "spaces-behind"};
  return all;
}

const std::vector<std::string>& trusted_forms() {
  static const std::vector<std::string> all{"trusted", "trusted:clientAuth", "trusted:serverAuth",
                                            "trusted:anyExtendedKeyUsage",
                                            "trusted:emailProtection"};
  return all;
}

const std::vector<std::string>& noise_forms() {
  static const std::vector<std::string> all{"noise-text", "noise-request", "noise-key"};
  return all;
}

const std::vector<std::string>& bad_forms() {
  static const std::vector<std::string> all{"cut", "wrong-end", "bad-base64", "lost-line",
                                            "joined"};
  return all;
}

const Minted& PkiMint::certificate(std::size_t index) {
  const auto known = certificates_.find(index);
  if (known != certificates_.end()) return known->second;
  return certificates_[index] = minted(index);
}

KeyKind PkiMint::key_kind(std::size_t index) const {
  const PkiCertificate& plan = all_.certificates.at(index);
  if (plan.key_of != kNone) return key_kind(plan.key_of);
  CertificateSpec spec;
  for (const std::string& quirk : plan.quirks) apply(quirk, spec);
  return spec.key;
}

Minted PkiMint::minted(std::size_t index) {
  const PkiCertificate& plan = all_.certificates.at(index);
  CertificateSpec spec = ca_spec(plan.subject);
  spec.not_before = now() - days{30};
  spec.not_after = now() + days{365};
  if (has(plan, "leaf")) {
    spec.ca = false;
    spec.key_usage = "critical,digitalSignature";
    spec.extended_key_usage = "clientAuth";
  }
  for (const std::string& quirk : plan.quirks) apply(quirk, spec);
  if (plan.issuer != kNone) spec.issuer = &certificate(plan.issuer);
  if (plan.key_of != kNone) {
    spec.same_key_as = &certificate(plan.key_of);
  } else if (is_rsa(spec.key)) {
    spec.same_key_as = &pooled(spec.key, index);
  }
  const bool has_rsa_issuer = is_rsa(key_kind(plan.issuer == kNone ? index : plan.issuer));
  if (spec.digest == "MD5" && !has_rsa_issuer) spec.digest = "SHA1";
  // Made and discarded, so a fast one.
  if (spec.same_key_as != nullptr) spec.key = KeyKind::kEcP256;
  return mint(spec);
}

std::string PkiMint::crl(std::size_t index) {
  crls_.insert(index);
  const PkiCrl& plan = all_.crls.at(index);
  std::vector<const Minted*> revoked;
  for (const std::size_t certificate_index : plan.revoked)
    revoked.push_back(&certificate(certificate_index));
  CrlSpec spec = crl_of(certificate(plan.issuer), revoked);
  if (plan.state == "stale") spec.next_update = now() - days{1};
  if (plan.state == "early") spec.this_update = now() + days{1};
  if (plan.state == "endless") spec.next_update = std::nullopt;
  return mint_crl(spec);
}

std::string PkiMint::item(const PkiItem& item) {
  constexpr std::string_view kTrusted = "trusted";
  if (item.crl != kNone) return written(item.form, crl(item.crl));
  if (item.certificate == kNone) return noise(item.form);
  const Minted& own = certificate(item.certificate);
  if (!item.form.starts_with(kTrusted)) return written(item.form, own.certificate_pem);
  const std::size_t colon = std::min(item.form.find(':') + 1, item.form.size());
  return as_trusted_pem(own, colon == 0 ? "" : item.form.substr(colon));
}

std::string PkiMint::file(std::size_t index) {
  files_.insert(index);
  std::string text;
  for (const PkiItem& one : all_.files.at(index)) text += item(one);
  return text;
}

std::string PkiMint::described() const {
  std::ostringstream out;
  const auto reference = [](std::size_t index) {
    return index == kNone ? std::string("-") : std::to_string(index);
  };
  for (const auto& [index, minted] : certificates_) {
    const PkiCertificate& plan = all_.certificates[index];
    out << "certificate " << index << ": " << plan.subject << ", issuer " << reference(plan.issuer)
        << ", key of " << reference(plan.key_of);
    for (const std::string& quirk : plan.quirks) out << ", " << quirk;
    out << "\n";
  }
  for (const std::size_t index : crls_) {
    const PkiCrl& plan = all_.crls[index];
    out << "CRL " << index << ": issuer " << plan.issuer << ", " << plan.state << ", revokes";
    for (const std::size_t revoked : plan.revoked) out << " " << revoked;
    out << "\n";
  }
  for (const std::size_t index : files_) {
    out << "file " << index << ":";
    for (const PkiItem& one : all_.files[index]) {
      out << " [" << one.form;
      if (one.certificate != kNone) out << " " << one.certificate;
      if (one.crl != kNone) out << " CRL " << one.crl;
      out << "]";
    }
    out << "\n";
  }
  return out.str();
}

}  // namespace mtls::testing

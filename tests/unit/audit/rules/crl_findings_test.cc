// Findings about the CRLs of a server block: each with a neighbour that must stay silent.
#include "tests/unit/audit/rules/finding_cases.h"

namespace mtls::audit_fixture {
namespace {

using enum audit::FindingKind;

std::string pem(const Minted& minted) { return minted.certificate_pem; }
void bundle(Host& host, const std::string& text) { host.disk.put(kBundle, text); }

void crl(Host& host, const std::string& text) {
  host.conf(http_server(std::string(kVerifyOn) + " ssl_crl clients.crl;"));
  host.disk.put(kCrl, text);
}

}  // namespace

std::vector<Case> crl_cases() {
  const auto file = [](const std::string& text) { return [=](Host& host) { crl(host, text); }; };
  const std::string stale = minted().crl(minted().root, days{-9}, days{0});
  const std::string fresh = minted().crl(minted().root);
  const std::string ahead = minted().crl(minted().root, days{1}, days{90});
  return {
      {kCrlStale, Effect::kFires, "next_update is this second", file(stale)},
      {kCrlStale, Effect::kSilent, "a fresh one beside it, in either order (R3.33)",
       file(stale + fresh)},
      {kCrlExpiresSoon, Effect::kFires, "three quarters of its life are over",
       file(minted().crl(minted().root, days{-3}, days{1}))},
      {kCrlExpiresSoon, Effect::kSilent, "half of it is",
       file(minted().crl(minted().root, days{-2}, days{2}))},
      {kCrlNotYetValid, Effect::kFires, "this_update is tomorrow", file(ahead)},
      {kCrlNotYetValid, Effect::kSilent, "one in force beside it", file(ahead + fresh)},
      {kCrlMissingIssuer, Effect::kFires, "the CRL of another CA",
       file(minted().crl(minted().other_root))},
      {kCrlMissingIssuer, Effect::kFires, "no CRL of the root above the intermediate (R3.33)",
       [](Host& host) {
         bundle(host, pem(minted().root) + pem(minted().intermediate));
         crl(host, minted().crl(minted().intermediate));
       }},
      {kCrlMissingIssuer, Effect::kSilent, "a CRL of each",
       [=](Host& host) {
         bundle(host, pem(minted().root) + pem(minted().intermediate));
         crl(host, minted().crl(minted().intermediate) + fresh);
       }},
      {kCrlWrongSigner, Effect::kFires, "another key under the CA's name",
       file(minted().crl(testing::mint_root("CN=Root A")))},
      {kCrlWrongSigner, Effect::kSilent, "the CA's own, beside that of a CA nobody trusts",
       file(fresh + minted().crl(minted().other_root))},
      {kCrlWrongSigner, Effect::kSilent, "the renewed CA keeps its key",
       [=](Host& host) {
         CertificateSpec renewed = ca_spec("CN=Root A");
         renewed.same_key_as = &minted().root;
         bundle(host, pem(mint_valid(renewed, days{-1}, days{900})));
         crl(host, fresh);
       }},
      {kCrlMissingIssuer, Effect::kSilent, "no ssl_crl, no demand",
       [](Host& host) { bundle(host, pem(minted().root) + pem(minted().intermediate)); }},
  };
}

}  // namespace mtls::audit_fixture

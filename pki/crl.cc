#include <openssl/evp.h>

#include "base/text.h"
#include "pki/certificate.h"
#include "pki/openssl.h"

namespace mtls::pki {
namespace {

using OwnedInteger = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;

std::string number_of(const X509_CRL* crl) {
  const OwnedInteger number(
      static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(crl, NID_crl_number, nullptr, nullptr)));
  return number ? serial_of(number.get()).hex : "";
}

// A nextUpdate that is not a date fails every client (X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD).
// It must not look like "no nextUpdate", so it counts as 1970.
std::optional<base::sys_seconds> next_update_of(const X509_CRL* crl) {
  const ASN1_TIME* next = X509_CRL_get0_nextUpdate(crl);
  if (next == nullptr) return std::nullopt;
  return time_of(next).value_or(base::sys_seconds{});
}

using OwnedPoints = Owned<CRL_DIST_POINTS, CRL_DIST_POINTS_free>;

bool is_set(const ASN1_BOOLEAN flag) { return flag > 0; }

std::string der_of(const DIST_POINT_NAME* name) {
  if (name == nullptr) return "";
  unsigned char* der = nullptr;
  const int length = i2d_DIST_POINT_NAME(name, &der);
  if (length <= 0) return "";
  std::string text(text_of({der, static_cast<std::size_t>(length)}));
  OPENSSL_free(der);
  return text;
}

// The first URI, for people; sanitized.
std::string uri_of(const DIST_POINT_NAME* name) {
  constexpr int kFullName = 0;
  if (name->type != kFullName) return "without a URI";
  for (int i = 0; i < sk_GENERAL_NAME_num(name->name.fullname); ++i) {
    int kind = 0;
    const void* value =
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(name->name.fullname, i), &kind);
    if (kind == GEN_URI)
      return base::sanitize(text_of(bytes_of(static_cast<const ASN1_STRING*>(value))));
  }
  return "without a URI";
}

// setup_idp() and get_crl_score() of OpenSSL 3.0: two of the three "only" are invalid.
CrlBar bar_of(const ISSUING_DIST_POINT& idp) {
  const int kinds = int{is_set(idp.onlyuser)} + int{is_set(idp.onlyCA)} + int{is_set(idp.onlyattr)};
  if (kinds > 1) return CrlBar::kInvalid;
  if (is_set(idp.indirectCRL)) return CrlBar::kIndirect;
  if (idp.onlysomereasons != nullptr) return CrlBar::kSomeReasons;
  return is_set(idp.onlyattr) ? CrlBar::kAttributes : CrlBar::kNone;
}

std::string_view word(CrlBar bar) {
  switch (bar) {
    case CrlBar::kIndirect: return "an indirect CRL";
    case CrlBar::kSomeReasons: return "only some reasons";
    case CrlBar::kAttributes: return "only attribute certificates";
    case CrlBar::kInvalid: return "an invalid scope";
    case CrlBar::kDelta:
    case CrlBar::kNone: break;
  }
  return "";
}

std::string text_of_scope(const CrlScope& scope, const DIST_POINT_NAME* point) {
  std::string text(scope.is_delta ? "a delta CRL" : word(scope.bar));
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
  if (scope.users_only) add("only user certificates");
  if (scope.cas_only) add("only CA certificates");
  if (point != nullptr) add("distribution point " + uri_of(point));
  return text;
}

CrlScope scope_of(const X509_CRL* crl, const ISSUING_DIST_POINT* idp, OpensslRelease release) {
  CrlScope scope;
  if (idp != nullptr) {
    scope.bar = bar_of(*idp);
    scope.users_only = is_set(idp->onlyuser);
    scope.cas_only = is_set(idp->onlyCA);
    scope.point = der_of(idp->distpoint);
  } else if (X509_CRL_get_ext_by_NID(crl, NID_issuing_distribution_point, -1) >= 0) {
    scope.bar = CrlBar::kInvalid;
  }
  scope.is_delta = X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0;
  if (scope.is_delta && !takes_deltas_for_full(release)) scope.bar = CrlBar::kDelta;
  scope.text = text_of_scope(scope, idp == nullptr ? nullptr : idp->distpoint);
  return scope;
}

// crl_cb() of OpenSSL 3.0's x_crl.c.
bool has_unknown_critical(const X509_CRL* crl) {
  for (int i = 0; i < X509_CRL_get_ext_count(crl); ++i) {
    X509_EXTENSION* extension = X509_CRL_get_ext(crl, i);
    if (X509_EXTENSION_get_critical(extension) == 0) continue;
    const int kind = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
    if (kind != NID_issuing_distribution_point && kind != NID_authority_key_identifier &&
        kind != NID_delta_crl)
      return true;
  }
  return false;
}

OwnedScope idp_of(X509_CRL* crl) {
  OwnedScope idp(static_cast<ISSUING_DIST_POINT*>(
      X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, nullptr, nullptr)));
  if (idp && DIST_POINT_set_dpname(idp->distpoint, X509_CRL_get_issuer(crl)) != 1) return nullptr;
  return idp;
}

bool has_name(const GENERAL_NAMES* names, const X509_NAME* wanted) {
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DIRNAME && X509_NAME_cmp(name->d.directoryName, wanted) == 0) return true;
  }
  return false;
}

bool share_a_name(const GENERAL_NAMES* some, const GENERAL_NAMES* others) {
  for (int i = 0; i < sk_GENERAL_NAME_num(some); ++i) {
    for (int j = 0; j < sk_GENERAL_NAME_num(others); ++j) {
      if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(some, i), sk_GENERAL_NAME_value(others, j)) == 0)
        return true;
    }
  }
  return false;
}

// idp_check_dp() of OpenSSL 3.0's x509_vfy.c.
bool is_same_point(const DIST_POINT_NAME* a, const DIST_POINT_NAME* b) {
  constexpr int kRelativeName = 1;
  if (a == nullptr || b == nullptr) return true;
  if (a->type == kRelativeName && b->type == kRelativeName)
    return a->dpname != nullptr && b->dpname != nullptr && X509_NAME_cmp(a->dpname, b->dpname) == 0;
  if (a->type == kRelativeName)
    return a->dpname != nullptr && has_name(b->name.fullname, a->dpname);
  if (b->type == kRelativeName)
    return b->dpname != nullptr && has_name(a->name.fullname, b->dpname);
  return share_a_name(a->name.fullname, b->name.fullname);
}

// The points of a certificate, their relative names made absolute, as OpenSSL's setup_crldp() does.
OwnedPoints points_of(X509* x509) {
  OwnedPoints points(static_cast<CRL_DIST_POINTS*>(
      X509_get_ext_d2i(x509, NID_crl_distribution_points, nullptr, nullptr)));
  for (int i = 0; i < sk_DIST_POINT_num(points.get()); ++i) {
    DIST_POINT* point = sk_DIST_POINT_value(points.get(), i);
    if (DIST_POINT_set_dpname(point->distpoint, X509_get_issuer_name(x509)) != 1) return nullptr;
  }
  return points;
}

// crl_crldp_check() of OpenSSL 3.0's x509_vfy.c for a list of the certificate's own issuer. A point
// for some reasons only never suffices: nginx asks for all of them.
bool fits_a_point(X509* x509, const X509_CRL* crl, const DIST_POINT_NAME* wanted) {
  const OwnedPoints points = points_of(x509);
  for (int i = 0; i < sk_DIST_POINT_num(points.get()); ++i) {
    const DIST_POINT* point = sk_DIST_POINT_value(points.get(), i);
    const bool is_issuer =
        point->CRLissuer == nullptr || has_name(point->CRLissuer, X509_CRL_get_issuer(crl));
    if (is_issuer && point->reasons == nullptr && is_same_point(point->distpoint, wanted))
      return true;
  }
  return false;
}

RevocationListFacts facts_of(X509_CRL* crl, const ISSUING_DIST_POINT* idp, OpensslRelease release) {
  RevocationListFacts facts;
  X509_CRL_digest(crl, EVP_sha256(), facts.fingerprint.bytes.data(), nullptr);
  facts.issuer = name_of(X509_CRL_get_issuer(crl));
  facts.this_update = time_of(X509_CRL_get0_lastUpdate(crl));
  facts.next_update = next_update_of(crl);
  facts.number = number_of(crl);
  const auto* revoked = X509_CRL_get_REVOKED(crl);  // null when no certificate is revoked
  facts.revoked = revoked ? static_cast<std::size_t>(sk_X509_REVOKED_num(revoked)) : 0;
  facts.scope = scope_of(crl, idp, release);
  facts.has_unknown_critical = has_unknown_critical(crl);
  return facts;
}

}  // namespace

RevocationList::RevocationList(RevocationListFacts facts,
                               std::shared_ptr<const RevocationListHandle> handle)
    : facts_(std::make_shared<const RevocationListFacts>(std::move(facts))),
      handle_(std::move(handle)) {}

bool RevocationList::is_signed_by(const Certificate& issuer) const {
  const auto [known, is_new] = handle_->signers.try_emplace(issuer.facts().key, false);
  if (is_new) {
    EVP_PKEY* key = issuer.handle().key();
    known->second = key != nullptr && X509_CRL_verify(handle_->crl.get(), key) == 1;
    ERR_clear_error();
  }
  return known->second;
}

bool RevocationList::may_be_of(const Certificate& issuer) const {
  if (!handle_->key_id) return true;
  return X509_check_akid(issuer.handle().x509(), handle_->key_id.get()) == X509_V_OK;
}

bool RevocationList::covers(const Certificate& certificate) const {
  const CrlScope& scope = facts().scope;
  if (scope.bar != CrlBar::kNone) return false;
  X509* x509 = certificate.handle().x509();
  const bool is_ca = (X509_get_extension_flags(x509) & EXFLAG_CA) != 0;
  if (is_ca ? scope.users_only : scope.cas_only) return false;
  return scope.point.empty() || fits_a_point(x509, handle_->crl.get(), handle_->scope->distpoint);
}

namespace {

std::shared_ptr<const RevocationListHandle> handle_of(OwnedRevocationList crl, OwnedScope scope) {
  OwnedKeyId key_id(static_cast<AUTHORITY_KEYID*>(
      X509_CRL_get_ext_d2i(crl.get(), NID_authority_key_identifier, nullptr, nullptr)));
  ERR_clear_error();  // broken extensions leave entries in the queue
  return std::make_shared<const RevocationListHandle>(RevocationListHandle{
      .crl = std::move(crl), .key_id = std::move(key_id), .scope = std::move(scope)});
}

}  // namespace

base::Result<RevocationList> parse_revocation_list(std::span<const unsigned char> der,
                                                   OpensslRelease release) {
  start_openssl();
  const unsigned char* cursor = der.data();
  OwnedRevocationList crl(d2i_X509_CRL(nullptr, &cursor, static_cast<long>(der.size())));
  if (!crl) return tl::unexpected<base::Error>(drain_errors("not a revocation list"));
  OwnedScope scope = idp_of(crl.get());
  RevocationListFacts facts = facts_of(crl.get(), scope.get(), release);
  facts.der_bytes = der.size();
  return RevocationList(std::move(facts), handle_of(std::move(crl), std::move(scope)));
}

// OpenSSL sorts the entries under a lock of the object, and changes nothing else.
RevocationList sharing(const RevocationList& list) {
  X509_CRL* const crl = list.handle().crl.get();
  must(X509_CRL_up_ref(crl) == 1);
  OwnedRevocationList owned(crl);
  OwnedScope scope = idp_of(crl);
  return {list.facts(), handle_of(std::move(owned), std::move(scope))};
}

// OpenSSL checks the signature over the bytes that it read, and the date in the parsed object.
// X509_CRL_set1_nextUpdate() would make it forget the bytes.
RevocationList assumed_renewed(const RevocationList& list) {
  OwnedRevocationList copy(made(X509_CRL_dup(list.handle().crl.get())));
  const ASN1_TIME* end = X509_CRL_get0_nextUpdate(copy.get());
  if (end == nullptr) return list;  // it never ends
  must(ASN1_TIME_set(const_cast<ASN1_TIME*>(end), base::kNoExpiry.time_since_epoch().count()) !=
       nullptr);
  OwnedScope scope = idp_of(copy.get());
  RevocationListFacts facts = list.facts();
  facts.renewal_assumed = true;
  return {std::move(facts), handle_of(std::move(copy), std::move(scope))};
}

}  // namespace mtls::pki

# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which providers make keys and tokens, so that they are known wherever they stand. PRIVATE to the collection.

A table; each row has its tests. A row is only looked for where one of its hints stands, so that a clean log costs next to nothing.
"""

from __future__ import annotations

import re
import typing as t

from .secret_values import decoded, is_jwt, is_login, is_placeholder, is_random, is_short_secret


def _not_after(characters: str) -> str:
    """What stands in front is none of these; ``\\n`` and ``%3D`` are no letters."""
    return rf"(?:(?<![{characters}])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))"


_START = _not_after("A-Za-z0-9_+-")  # a key that is made of letters and figures alone, and might be a part of anything
_OPEN = _not_after("A-Za-z0-9")  # one that begins with a word and a sign
_BARE = _not_after("A-Za-z0-9_")
_END = r"(?![A-Za-z0-9_+-])"


class Rule(t.NamedTuple):
    """One form. The group ``value`` of its pattern is the secret."""

    family: str
    hints: tuple[str, ...]  # one of them stands in whatever fits
    pattern: re.Pattern[str]
    accepts: t.Callable[[str], bool]
    weak: bool = False  # may be guessed, other than what a machine has made
    back: int = 0  # how many characters before its hint it may begin
    after: str = ""  # what stands somewhere before it in the same line


def _is_made(value: str) -> bool:
    return not is_placeholder(value)


def _is_random(value: str) -> bool:
    return is_random(value)


def _is_random_or_short(value: str) -> bool:
    return is_random(value) or (len(value) >= 8 and is_short_secret(value))


Hints = t.Union[str, tuple[str, ...]]
Accepts = t.Callable[[str], bool]


def _key(family: str, hints: Hints, body: str, start: str = _OPEN, *, accepts: Accepts = _is_made, back: int = 0) -> Rule:
    whole = body if "(?P<value>" in body else f"(?P<value>{body})"
    return Rule(family, (hints,) if isinstance(hints, str) else hints, re.compile(start + whole), accepts, back=back)


_ALNUM, _HEX, _URL = r"[A-Za-z0-9]", r"[0-9a-f]", r"[A-Za-z0-9_-]"
_UUID = rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"

CLOUD = (
    _key(
        "aws_access_key",
        ("AKIA", "ASIA", "ABIA", "ACCA", "A3T"),
        rf"(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{{16}}{_END}",
        _START,
    ),
    _key("google_api_key", "AIza", rf"AIza{_URL}{{35}}(?!{_URL})", _START),
    _key("google_oauth_token", "ya29.", rf"ya29\.{_URL}{{30,}}"),
    _key("google_oauth_secret", "GOCSPX-", rf"GOCSPX-{_URL}{{28}}"),
    _key("google_refresh_token", "1//0", rf"1//0{_URL}{{40,}}", _not_after("A-Za-z0-9/")),
    _key(
        "azure_client_secret",
        "Q~",
        r"[A-Za-z0-9_.~-]{3}[0-9]Q~[A-Za-z0-9_.~-]{31,34}(?![A-Za-z0-9_-])",
        _not_after("A-Za-z0-9_.~-"),
        back=4,
    ),
    _key("azure_storage_key", "AccountKey=", r"AccountKey=(?P<value>[A-Za-z0-9+/]{86}==)"),
    _key("azure_shared_access_key", "SharedAccessKey=", r"SharedAccessKey=(?P<value>[A-Za-z0-9+/]{43}=)"),
    _key("azure_sas", ("?sig=", "&sig="), r"[?&]sig=(?P<value>[A-Za-z0-9%+/]{43,}={0,2})", ""),
    _key("digitalocean_token", ("dop_v1_", "doo_v1_", "dor_v1_"), rf"do[opr]_v1_{_HEX}{{64}}"),
    _key("alibaba_access_key", "LTAI", rf"LTAI{_ALNUM}{{16,24}}{_END}", _START),
    _key("tencent_secret_id", "AKID", rf"AKID{_ALNUM}{{32}}{_END}", _START),
    _key("scaleway_access_key", "SCW", rf"SCW[A-Z0-9]{{17}}{_END}", _START, accepts=_is_random),
    _key("ibm_cloud_key", "ApiKey-", rf"ApiKey-{_UUID}"),
    _key("heroku_key", "HRKU-", rf"HRKU-{_URL}{{36,}}"),
    _key("fly_token", ("fo1_", "FlyV1 fm"), rf"(?:fo1_{_URL}{{43}}|FlyV1 fm[12][a-z]?_[A-Za-z0-9+/=]{{60,}})"),
    _key("vault_token", ("hvs.", "hvb.", "hvr."), rf"hv[sbr]\.{_URL}{{24,}}"),
    _key("terraform_token", ".atlasv1.", rf"{_ALNUM}{{14}}\.atlasv1\.[A-Za-z0-9_=-]{{60,}}", back=14),
    _key("databricks_token", "dapi", rf"dapi{_HEX}{{32}}(?:-\d)?{_END}", _START),
    _key("pulumi_token", "pul-", rf"pul-{_HEX}{{40}}"),
    _key("doppler_token", "dp.", rf"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{{2,35}}\.)?{_ALNUM}{{40,44}}"),
    _key("tailscale_key", "tskey-", rf"tskey-[a-z]{{3,12}}-{_ALNUM}{{8,}}-{_ALNUM}{{20,}}"),
    _key("planetscale_password", "pscale_", rf"pscale_(?:pw|tkn|oauth)_{_URL}{{32,}}"),
    _key("supabase_token", ("sbp_", "sb_secret_"), rf"(?:sbp_{_HEX}{{40}}|sb_secret_{_URL}{{30,}})"),
    _key("netlify_token", "nfp_", rf"nfp_{_ALNUM}{{36,}}"),
    _key("age_secret_key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
)
OBSERVING = (
    _key("openshift_token", "sha256~", rf"sha256~{_URL}{{43}}(?!{_URL})"),
    _key("k3s_token", "::server:", rf"K10{_HEX}{{64}}::server:{_HEX}{{32}}", back=67),
    _key("grafana_token", ("glsa_", "glc_eyJ"), rf"(?:glsa_{_ALNUM}{{32}}_{_HEX}{{8}}|glc_eyJ[A-Za-z0-9+/=]{{50,}})"),
    _key("grafana_token", "eyJrIjo", r"eyJrIjo[A-Za-z0-9+/]{40,}={0,2}", _not_after("A-Za-z0-9+/_-"), accepts=_is_random),
    _key("sentry_token", ("sntrys_", "sntryu_"), rf"(?:sntrys_eyJ[A-Za-z0-9+/=_-]{{80,}}|sntryu_{_HEX}{{64}})"),
    _key("new_relic_key", ("NRAK-", "NRII-"), rf"(?:NRAK-[A-Z0-9]{{27}}|NRII-{_URL}{{32}})"),
    _key("dynatrace_token", "dt0", r"dt0[a-z]\d\d\.[A-Z2-7]{24}\.[A-Z2-7]{64}"),
    _key("sonarqube_token", ("squ_", "sqp_", "sqa_"), rf"sq[upa]_{_HEX}{{40}}"),
    _key("snyk_token", "snyk_", rf"snyk_(?:uat|sat)\.{_HEX}{{8}}\.[A-Za-z0-9_.-]{{60,}}"),
)
CODE = (
    _key("mapbox_token", "sk.eyJ", r"sk\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"),
    _key("neon_key", "napi_", rf"napi_{_ALNUM}{{40,70}}"),
    _key("render_key", "rnd_", rf"rnd_{_ALNUM}{{28,40}}", accepts=_is_random),
    _key("dropbox_token", "sl.", rf"sl\.(?:u\.)?{_URL}{{120,}}", accepts=_is_random),
    _key("duffel_token", ("duffel_live_", "duffel_test_"), rf"duffel_(?:live|test)_{_URL}{{40,}}"),
    Rule(
        "jwk_private", ('"d":"', '"d": "', '"k":"'), re.compile(r'"[dk]": ?"(?P<value>[A-Za-z0-9_-]{40,800})"'), _is_random, after='"kty"'
    ),
    _key("notion_token", "ntn_", rf"ntn_{_ALNUM}{{40,50}}"),
    _key("contentful_token", "CFPAT-", rf"CFPAT-{_URL}{{43}}"),
    _key("circleci_token", "CCIPAT_", rf"CCIPAT_{_ALNUM}{{22}}_{_HEX}{{40}}"),
    _key("buildkite_token", ("bkua_", "bkaj_"), rf"bk(?:ua|aj)_{_HEX}{{40}}"),
    _key("aiven_token", "AVNS_", rf"AVNS_{_URL}{{18,}}"),
    _key("github_token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), rf"gh[pousr]_{_ALNUM}{{36,255}}"),
    _key("github_token", "github_pat_", rf"github_pat_{_ALNUM}{{22}}_{_ALNUM}{{59}}"),
    _key(
        "gitlab_token",
        ("glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "gloas-", "glft-", "glimt-", "glagent-", "glsoat-", "glffct-"),
        r"gl(?:pat|dt|rt|ptt|cbt|oas|ft|imt|agent|soat|ffct)-[A-Za-z0-9_.-]{20,}",
    ),
    _key("bitbucket_token", "ATBB", rf"ATBB{_ALNUM}{{32}}{_END}", _START),
    _key("atlassian_token", ("ATATT3", "ATCTT3"), r"AT[AC]TT3[A-Za-z0-9_=-]{150,}", _START),
    _key("npm_token", "npm_", rf"npm_{_ALNUM}{{36}}(?!{_ALNUM})"),
    _key("pypi_token", "pypi-AgE", r"pypi-AgE[A-Za-z0-9_-]{50,}"),
    _key("rubygems_token", "rubygems_", rf"rubygems_{_HEX}{{48}}"),
    _key("crates_token", "cio", rf"cio{_ALNUM}{{32}}{_END}", _START, accepts=_is_random),
    _key("docker_token", ("dckr_pat_", "dckr_oat_"), rf"dckr_[po]at_{_URL}{{27,}}"),
    _key("nuget_key", "oy2", rf"oy2[a-z0-9]{{43}}{_END}", _START, accepts=_is_random),
    _key("artifactory_key", "AKCp", rf"AKCp{_ALNUM}{{69}}{_END}", _START),
    _key("clojars_token", "CLOJARS_", rf"CLOJARS_{_HEX}{{60}}"),
    _key("postman_key", "PMAK-", rf"PMAK-{_HEX}{{24}}-{_HEX}{{34}}"),
    _key("linear_key", "lin_api_", rf"lin_api_{_ALNUM}{{40}}"),
    _key("figma_token", "figd_", rf"figd_{_URL}{{40,}}"),
)
SERVICES = (
    _key("langsmith_key", "lsv2_", rf"lsv2_(?:pt|sk)_{_HEX}{{32}}_{_HEX}{{10}}"),
    _key("onepassword_token", "ops_eyJ", r"ops_eyJ[A-Za-z0-9+/=_-]{100,}"),
    _key("swarm_token", "SWMTKN-1-", r"SWMTKN-1-[a-z0-9]{49,50}-[a-z0-9]{24,25}"),
    _key("rancher_token", "token-", r"token-[a-z0-9]{5}:[a-z0-9]{54}"),
    _key("honeycomb_key", ("hcaik_", "hcalk_", "hcamk_"), r"hca[ilm]k_[a-z0-9]{58,}"),
    _key("readme_key", "rdme_", r"rdme_[a-z0-9]{70}"),
    _key("prefect_key", ("pnu_", "pnb_"), rf"pn[ub]_{_ALNUM}{{36}}"),
    _key("typeform_token", "tfp_", rf"tfp_{_URL}{{40,}}"),
    _key("bitbucket_token", "BBDC-", r"BBDC-[A-Za-z0-9+/]{40,50}"),
    _key("amazon_mws_token", "amzn.mws.", rf"amzn\.mws\.{_UUID}"),
    _key("infisical_token", "st.", rf"st\.{_HEX}{{24}}\.{_HEX}{{32}}\.{_HEX}{{32}}"),
    _key("new_relic_key", "NRIQ-", rf"NRIQ-{_URL}{{32}}"),
    _key("new_relic_key", "NRAL", rf"{_HEX}{{36}}NRAL{_END}", _START, back=36),
    _key("notion_token", "secret_", rf"secret_{_ALNUM}{{43}}{_END}", accepts=_is_random),
    _key("salesforce_session", "00D", r"00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{80,120}", _START),
    _key("azure_devops_token", "AZDO", rf"{_ALNUM}{{76}}AZDO{_ALNUM}{{4}}{_END}", _START, back=76),
    _key("azure_acr_password", "+ACR", rf"[A-Za-z0-9+/]{{42}}\+ACR{_ALNUM}{{6}}{_END}", _START, back=42),
    _key("paddle_key", "pdl_", rf"pdl_(?:live|sdbx)_apikey_[a-z0-9]{{26}}_{_ALNUM}{{22}}_{_ALNUM}{{3}}"),
    _key("adyen_key", "AQE", r"AQE[A-Za-z0-9+/]{40,}={0,2}-[A-Za-z0-9+/]{30,}={0,2}-[^\s\"'&<]{10,}", _START),
    _key("launchdarkly_key", "sdk-", rf"sdk-{_UUID}"),
)
CHAT = (
    _key("mongodb_key", "mdb_sa_sk_", rf"mdb_sa_sk_{_URL}{{30,}}"),
    _key("slack_token", ("xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-", "xoxe"), r"xox(?:[abprs]-|e(?:\.xox[bp])?-)[A-Za-z0-9-]{20,}"),
    _key("slack_token", "xapp-", r"xapp-\d-[A-Z0-9]{8,}-\d{8,}-[a-z0-9]{40,}"),
    _key("slack_webhook", "hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Z0-9]{8,}/[A-Za-z0-9/]{20,}"),
    _key("discord_webhook", "/api/webhooks/", rf"discord(?:app)?\.com/api/webhooks/\d{{17,20}}/{_URL}{{60,}}", "", back=14),
    _key("telegram_token", ":AA", rf"\d{{8,10}}:AA{_URL}{{33}}(?!{_URL})", _not_after("A-Za-z0-9_-")[:-1] + "|(?<=bot))", back=10),
    _key(
        "teams_webhook", ".webhook.office.com/", r"[a-z0-9-]{1,63}\.webhook\.office\.com/webhookb2/[A-Za-z0-9@/-]{80,}", r"(?<=/)", back=63
    ),
)
PAYMENT = (
    _key("razorpay_key", ("rzp_live_", "rzp_test_"), rf"rzp_(?:live|test)_{_ALNUM}{{14,}}"),
    _key("plaid_token", "access-", rf"access-(?:production|sandbox|development)-{_UUID}"),
    _key("hubspot_token", "pat-", rf"pat-(?:eu|na|ap)\d-{_UUID}"),
    _key("airtable_token", "pat", rf"pat{_ALNUM}{{14}}\.{_HEX}{{64}}", _START),
    _key("stripe_key", ("sk_live_", "rk_live_", "sk_test_", "rk_test_"), rf"[sr]k_(?:live|test)_{_ALNUM}{{24,}}"),
    _key("stripe_webhook_secret", "whsec_", r"whsec_[A-Za-z0-9+/]{32,}={0,2}"),
    _key("square_token", ("sq0atp-", "sq0csp-"), rf"sq0(?:atp-{_URL}{{22}}|csp-{_URL}{{43}})"),
    _key("square_token", "EAAA", rf"EAAA[lE]{_URL}{{58,}}{_END}", _START),
    _key("braintree_token", "access_token$", rf"access_token\$(?:production|sandbox)\$[a-z0-9]{{16}}\${_HEX}{{32}}"),
    _key("mollie_key", ("live_", "test_"), rf"(?:live|test)_{_ALNUM}{{30}}{_END}", _BARE, accepts=_is_random),
    _key("gocardless_token", "live_", rf"live_[A-Za-z0-9_=-]{{40}}{_END}", _BARE, accepts=_is_random),
    _key("shopify_token", ("shpat_", "shpca_", "shppa_", "shpss_"), r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    _key("adyen_key", "AQE", r"AQE[a-z][A-Za-z0-9+/]{40,}={0,2}-[A-Za-z0-9+/]{40,}={0,2}-[^\s\"']{8,}", _START),
    _key("sumup_key", "sup_sk_", rf"sup_sk_{_ALNUM}{{30,}}"),
    _key("flutterwave_key", "FLWSECK", r"FLWSECK(?:_TEST)?-[0-9a-zA-Z]{12,}-X"),
    _key("shippo_token", ("shippo_live_", "shippo_test_"), rf"shippo_(?:live|test)_{_HEX}{{40}}"),
)
MAIL = (
    _key("easypost_key", ("EZAK", "EZTK"), rf"EZ[AT]K{_ALNUM}{{54}}{_END}", _START),
    _key("sendgrid_key", "SG.", rf"SG\.{_URL}{{22}}\.{_URL}{{43}}", _START),
    _key("mailgun_key", "key-", rf"key-{_HEX}{{32}}(?![0-9a-f-])"),
    _key("mailchimp_key", "-us", rf"{_HEX}{{32}}-us\d{{1,2}}(?![A-Za-z0-9-])", _START, back=32),
    _key("brevo_key", ("xkeysib-", "xsmtpsib-"), rf"x(?:key|smtp)sib-{_HEX}{{64}}-{_ALNUM}{{16}}"),
    _key("twilio_key", "SK", rf"SK{_HEX}{{32}}{_END}", _START),
)
MODELS = (
    _key("openrouter_key", "sk-or-v1-", rf"sk-or-v1-{_HEX}{{64}}"),
    _key("xai_key", "xai-", rf"xai-{_ALNUM}{{70,90}}", accepts=_is_random),
    _key("deepseek_key", "sk-", rf"sk-{_HEX}{{32}}{_END}", accepts=_is_random),
    _key("bedrock_key", "ABSK", r"ABSK[A-Za-z0-9+/]{100,}={0,2}", _START),
    _key("openai_key", ("sk-proj-", "sk-svcacct-", "sk-admin-"), rf"sk-(?:proj|svcacct|admin)-{_URL}{{40,}}"),
    _key("openai_key", "T3BlbkFJ", rf"sk-{_ALNUM}{{20}}T3BlbkFJ{_ALNUM}{{20}}", back=23),
    _key("anthropic_key", "sk-ant-", rf"sk-ant-(?:api|admin|sid)\d\d-{_URL}{{80,}}"),
    _key("huggingface_token", "hf_", rf"hf_[A-Za-z]{{34}}(?!{_ALNUM})"),
    _key("groq_key", "gsk_", rf"gsk_{_ALNUM}{{52}}"),
    _key("replicate_token", "r8_", rf"r8_{_ALNUM}{{37}}"),
    _key("perplexity_key", "pplx-", rf"pplx-{_ALNUM}{{40,}}"),
)
_SIGNED = r"e(?:yJ|yA|wo)[A-Za-z0-9_-]{8,}\.e(?:yJ|yA|wo)[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}"
_ENCRYPTED = r"e(?:yJ|yA|wo)[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{0,700}\.[A-Za-z0-9_-]{12,24}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,32}"
_COOKIES = (
    r"JSESSIONID|PHPSESSID|ASP\.NET_SessionId|\.ASPXAUTH|\.AspNetCore\.Cookies|connect\.sid|CAKEPHP|[a-z]{2,20}_session|_session_id|rack\.session"
    r"|__(?:Host|Secure)-[\w.-]{2,40}|SSESS[0-9a-f]{32}|MoodleSession\w{0,20}|_oauth2_proxy|FedAuth|CASTGC|remember-me|authjs\.session-token"
    r"|next-auth\.session-token|laravel_session|symfony"
    r"|KEYCLOAK_SESSION|KEYCLOAK_IDENTITY|grafana_session|_gitlab_session|user_session|mod_auth_openidc_session"
)
_SCHEMES = r"[Bb]earer|[Tt]oken|[Aa]pi[Kk]ey|GenieKey|SSWS|Splunk|Negotiate|NTLM"
_GENERATED = (
    r"(?:temporary password is generated for \S{1,100}|[Uu]sing generated security password|[Gg]enerated password(?: for user \S{1,100})?)"
    r"(?: is)?[:=]? (?P<value>\S{6,200})"
)
TOKENS = (
    Rule("jwt", ("eyJ", "eyA", "ewo"), re.compile(rf"{_not_after('A-Za-z0-9_-')}(?P<value>{_SIGNED}|{_ENCRYPTED})"), is_jwt),
    Rule(
        "basic_auth",
        ("asic ", "ASIC "),
        re.compile(rf"{_OPEN}(?:[Bb]asic|BASIC) {{1,3}}(?P<value>[A-Za-z0-9+/_-]{{8,}}={{0,2}})(?![A-Za-z0-9+/])"),
        is_login,
        weak=True,
        back=1,
    ),
    Rule(
        "bearer_token",
        ("earer ", "EARER ", "earer%20"),
        re.compile(rf"{_OPEN}(?:[Bb]earer|BEARER)(?: {{1,3}}|%20)(?P<value>[A-Za-z0-9._~+/-]{{16,}}={{0,2}})"),
        _is_random,
        back=1,
    ),
    Rule(
        "authorization_token",
        ("uthorization", "UTHORIZATION"),
        re.compile(
            rf"{_OPEN}(?:[Aa]uthorization|AUTHORIZATION)\\?[\"']?\s?[:=]\s?\\?[\"']?(?:{_SCHEMES}) (?:token=)?\\?\"?"
            r"(?P<value>[A-Za-z0-9._~+/=-]{8,})"
        ),
        _is_random_or_short,
        back=1,
    ),
    Rule(
        "authorization_token",
        ("uthorization", "UTHORIZATION"),
        re.compile(
            rf"{_OPEN}(?:[Aa]uthorization|AUTHORIZATION)\\{{0,4}}[\"']?\s?[:=]\s?[\[(]?\\{{0,4}}[\"']?(?P<value>[A-Za-z0-9._~+/=-]{{20,}})"
            r"(?=[\s\"'\\,;})\]&<>|]|$)"
        ),
        _is_random,
        back=1,
    ),
    Rule(
        "session_cookie",
        ("SESSID=", "SESSIONID=", "SessionId=", "ASPXAUTH=", "Core.Cookies=", "connect.sid=", "_session=", "CAKEPHP=")
        + (
            "_session_id=",
            "rack.session=",
            "__Host-",
            "__Secure-",
            "SSESS",
            "MoodleSession",
            "_oauth2_proxy=",
            "FedAuth=",
            "CASTGC=",
            "remember-me=",
        )
        + ("session-token=", "KEYCLOAK_"),
        re.compile(rf"{_OPEN}(?:{_COOKIES})=(?P<value>[^\s;,\"'&\\]{{16,}})"),
        _is_random,
        back=20,
    ),
    Rule(
        "session_cookie",
        ("wordpress_logged_in_",),
        re.compile(r"wordpress_logged_in_[0-9a-f]{32}=(?P<value>[^\s;,\"'&\\]{16,})"),
        _is_random,
    ),
    Rule("session_cookie", (";jsessionid=",), re.compile(r";jsessionid=(?P<value>[A-Za-z0-9._!-]{16,})"), _is_random),
    Rule(
        "session_cookie",
        ("sessionid=", "session=", "sid=", "SESSION=", "auth_token=", "remember_token=", "access_token=", "auth="),
        re.compile(
            r"(?<![A-Za-z0-9_.-])(?:sessionid|session|sid|SESSION|auth_token|remember_token|access_token|auth)=(?P<value>[^\s;,\"'&\\]{16,})"
        ),
        _is_random,
        after="ookie",
    ),
)
MADE = (
    Rule(
        "generated_password",
        ("temporary password is generated for ", "sing generated security password", "enerated password"),
        re.compile(_GENERATED),
        _is_made,
        weak=True,
        back=1,
    ),
    Rule(
        "wrapped_private_key",
        ("LS0tLS1CRUdJTi",),
        re.compile(r"(?P<value>LS0tLS1CRUdJTi[A-Za-z0-9+/]{60,}={0,2})"),
        lambda value: b"PRIVATE KEY-----" in (decoded(value[: len(value) // 4 * 4]) or b""),
    ),
)
TABLE: tuple[Rule, ...] = (*CLOUD, *OBSERVING, *CODE, *SERVICES, *CHAT, *PAYMENT, *MAIL, *MODELS, *TOKENS, *MADE)

__all__ = ("CHAT", "CLOUD", "CODE", "MADE", "MAIL", "MODELS", "OBSERVING", "PAYMENT", "SERVICES", "TABLE", "TOKENS", "Rule")

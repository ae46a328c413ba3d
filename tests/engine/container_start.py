"""Starts a command under the conditions of an ordinary container; run as a program, as root.

    python container_start.py CONDITIONS COMMAND...

CONDITIONS is JSON: `profile`, a seccomp profile in Docker's format; `capabilities` that root keeps;
`user`, whom root becomes; `no_new_privileges`. The profile becomes a filter as in runc: by
libseccomp, with the rules whose `includes` and `excludes` fit.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import json
import os
import platform
import struct
import sys
from typing import Any

ALLOW, ERRNO = 0x7FFF0000, 0x00050000
COMPARISONS = {
    f"SCMP_CMP_{name}": number
    for number, name in enumerate(("NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"), 1)
}
ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), "")
NO_NEW_PRIVILEGES_ATTRIBUTE = 3  # SCMP_FLTATR_CTL_NNP
PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 38, 24
CAPABILITIES = """
    chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable
    net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio
    sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time
    sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog
    wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore
""".split()


class Comparison(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


def library() -> str | None:
    return ctypes.util.find_library("seccomp")


def apply_profile(profile: dict[str, Any], capabilities: list[str]) -> None:
    """Translate the profile into a filter and apply it to this process; it needs CAP_SYS_ADMIN."""
    seccomp = ctypes.CDLL(library())
    seccomp.seccomp_init.restype = ctypes.c_void_p
    default = ERRNO | profile.get("defaultErrnoRet", errno.EPERM)
    filter_ = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(default)))
    seccomp.seccomp_attr_set(filter_, NO_NEW_PRIVILEGES_ATTRIBUTE, 0)
    for rule in profile["syscalls"]:
        if not applies(rule, capabilities):
            continue
        allows = rule["action"] == "SCMP_ACT_ALLOW"
        action = ALLOW if allows else ERRNO | rule.get("errnoRet", errno.EPERM)
        arguments = [
            Comparison(a["index"], COMPARISONS[a["op"]], a["value"], a.get("valueTwo", 0))
            for a in rule.get("args") or ()
        ]
        for name in rule["names"]:
            number = seccomp.seccomp_syscall_resolve_name(name.encode())
            if number == -1 or action == default:
                continue  # as in runc, what this library does not know is left out
            array = (Comparison * len(arguments))(*arguments)
            done = seccomp.seccomp_rule_add_array(
                filter_, ctypes.c_uint32(action), number, len(arguments), array
            )
            assert done == 0, (name, done)
    assert seccomp.seccomp_load(filter_) == 0


def applies(rule: dict[str, Any], capabilities: list[str]) -> bool:
    kept = {f"CAP_{name.upper()}" for name in capabilities}
    wanted, unwanted = rule.get("includes") or {}, rule.get("excludes") or {}
    return (
        kept >= set(wanted.get("caps", ()))
        and ARCHITECTURE in wanted.get("arches", [ARCHITECTURE])
        and not kept & set(unwanted.get("caps", ()))
        and ARCHITECTURE not in unwanted.get("arches", ())
    )


def keep_only(capabilities: list[str]) -> None:
    """Keep these of root's capabilities, now and after the next exec."""
    libc = ctypes.CDLL(None, use_errno=True)
    for number, name in enumerate(CAPABILITIES):
        if name not in capabilities:
            libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
    bits = sum(1 << CAPABILITIES.index(name) for name in capabilities)
    low, high = bits & 0xFFFFFFFF, bits >> 32
    header = struct.pack("=Ii", 0x20080522, 0)
    assert libc.capset(header, struct.pack("=6I", low, low, 0, high, high, 0)) == 0


def main() -> None:
    conditions, command = json.loads(sys.argv[1]), sys.argv[2:]
    capabilities = conditions.get("capabilities", CAPABILITIES)
    if conditions.get("profile"):
        with open(conditions["profile"], encoding="utf-8") as file:
            apply_profile(json.load(file), capabilities)
    user = conditions.get("user", 0)
    if user:
        os.setgroups([])
        for number, name in enumerate(CAPABILITIES):
            if name not in capabilities:
                ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    else:
        keep_only(capabilities)
    if conditions.get("no_new_privileges"):
        ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()

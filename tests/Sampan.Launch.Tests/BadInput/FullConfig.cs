namespace Sampan.Launch.Tests.BadInput;

/// <summary>A config.json with nearly every field there is, which makes a container on any host: what <see cref="ConfigMutator"/> spoils.</summary>
internal static class FullConfig
{
    /// <param name="token">Names the cgroup.</param>
    public static string Of(string token) => Template.Replace("TOKEN", token, StringComparison.Ordinal);

    private const string Template = """
        {
          "ociVersion": "1.3.0",
          "hostname": "box",
          "domainname": "example.org",
          "annotations": {"org.example.key": "value", "other": ""},
          "root": {"path": "rootfs", "readonly": true},
          "process": {
            "terminal": false,
            "consoleSize": {"height": 24, "width": 80},
            "user": {"uid": 0, "gid": 0, "umask": 18, "additionalGids": [5, 6]},
            "args": ["true", "one", "two"],
            "env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm", "EMPTY="],
            "cwd": "/tmp",
            "capabilities": {
              "bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE"], "effective": ["CAP_CHOWN", "CAP_KILL"], "permitted": ["CAP_CHOWN", "CAP_KILL"],
              "inheritable": ["CAP_KILL"], "ambient": ["CAP_KILL"]
            },
            "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 512}, {"type": "RLIMIT_CORE", "hard": 0, "soft": 0}],
            "noNewPrivileges": true,
            "oomScoreAdj": 100,
            "scheduler": {"policy": "SCHED_BATCH", "nice": 5, "priority": 0, "flags": ["SCHED_FLAG_RESET_ON_FORK"], "runtime": 0, "deadline": 0, "period": 0},
            "ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 6},
            "execCPUAffinity": {"initial": "0", "final": "0"}
          },
          "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
            {"destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
            {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
            {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]},
            {"destination": "/mnt/null", "type": "bind", "source": "/dev/null", "options": ["bind", "ro", "rprivate"]}
          ],
          "hooks": {
            "createRuntime": [{"path": "/bin/true", "args": ["true", "x"], "env": ["A=b"], "timeout": 5}],
            "createContainer": [{"path": "/bin/true"}],
            "startContainer": [{"path": "/bin/true"}],
            "poststart": [{"path": "/bin/true"}],
            "poststop": [{"path": "/bin/true", "timeout": 2}]
          },
          "linux": {
            "cgroupsPath": "TOKEN-box",
            "namespaces": [{"type": "pid"}, {"type": "network"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}, {"type": "cgroup"}, {"type": "time"}],
            "timeOffsets": {"monotonic": {"secs": 10, "nanosecs": 5}, "boottime": {"secs": 20, "nanosecs": 0}},
            "devices": [
              {"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 438, "uid": 0, "gid": 0},
              {"path": "/dev/pipe", "type": "p", "fileMode": 384}
            ],
            "sysctl": {"net.ipv4.ip_forward": "1", "kernel.shmmni": "100"},
            "resources": {
              "devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"}],
              "memory": {"limit": 268435456, "reservation": 134217728},
              "cpu": {"shares": 512, "quota": 50000, "period": 100000, "cpus": "0", "mems": "0"},
              "pids": {"limit": 100},
              "unified": {}
            },
            "rootfsPropagation": "private",
            "maskedPaths": ["/proc/kcore", "/proc/keys"],
            "readonlyPaths": ["/proc/sys", "/proc/bus"],
            "personality": {"domain": "LINUX"},
            "memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0", "flags": []},
            "seccomp": {
              "defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": null, "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "flags": ["SECCOMP_FILTER_FLAG_LOG"],
              "syscalls": [
                {"names": ["personality", "clone"], "action": "SCMP_ACT_ERRNO", "errnoRet": 22, "args": [{"index": 0, "value": 8, "valueTwo": 8, "op": "SCMP_CMP_MASKED_EQ"}]},
                {"names": ["keyctl"], "action": "SCMP_ACT_KILL_PROCESS"}
              ]
            }
          }
        }
        """;
}

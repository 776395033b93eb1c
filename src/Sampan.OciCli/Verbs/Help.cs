namespace Sampan.OciCli;

/// <summary>Usage texts, in the form of runc's: a name with what it is for, then how to call it.</summary>
internal static class Help
{
    public static string VersionText => typeof(Help).Assembly.GetName().Version!.ToString(3);

    // By the name it was called by: who installs it as runc has callers that look for "runc version".
    public static string Program => Path.GetFileName(Environment.GetCommandLineArgs()[0]);

    public static int Version()
    {
        Output.Line($"{Program} version {VersionText}");
        Output.Line($"commit: {(Commit.ID.Length > 0 ? Commit.ID : "unknown")}"); // as git told ./build
        Output.Line("spec: 1.3.0");
        return 0;
    }

    public static int Usage(string? verb)
    {
        string text = verb is null ? General : Verb(verb) ?? throw new UsageException($"No help topic for '{verb}'");
        string purpose = verb is null ? "Open Container Initiative runtime" : Array.Find(Verbs, v => v.Name == verb).Purpose;
        Output.Line($"NAME:\n   {(verb is null ? Program : $"{Program} {verb}")} - {purpose}\n\nUSAGE:\n   {text.ReplaceLineEndings("\n   ")}");
        return 0;
    }

    private static readonly (string Name, string Purpose)[] Verbs =
    [
        ("create", "create a container; its program waits for start"),
        ("start", "let a created container's program run"),
        ("run", "create and start, wait, delete"),
        ("exec", "run one more process in a container"),
        ("state", "print a container's state as JSON"),
        ("list", "list containers"),
        ("ps", "list a container's processes"),
        ("kill", "send a signal"),
        ("pause", "stop every process of a container where it is"),
        ("resume", "let a paused container's processes go on"),
        ("update", "change a container's limits"),
        ("events", "print what a container uses, and when memory runs out"),
        ("delete", "remove a container"),
        ("checkpoint", "save a running container to files (with CRIU)"),
        ("restore", "bring a saved container back"),
        ("spec", "write a config.json to begin with"),
        ("features", "print what this runtime knows, as JSON"),
    ];

    private static string General => $"""
        sampan-runtime [GLOBAL OPTIONS] VERB [OPTIONS] [ARGUMENTS]

        Makes and runs containers from bundles, by version 1.3 of the runtime specification.

        verbs:
        {string.Join('\n', Verbs.Select(static v => $"  {v.Name,-11} {v.Purpose}"))}

        global options:
          --root DIR             where containers' states are kept (default /run/sampan/runtime; an ordinary user's: $XDG_RUNTIME_DIR/sampan-runtime)
          --systemd-cgroup       systemd makes the cgroup: linux.cgroupsPath is slice:prefix:name; of an ordinary user, his own systemd
          --rootless true|false|auto
                                 whether to do without cgroups that cannot be made, where no limit needs them (default auto: for who is not the host's root)
          --log FILE             write errors there too
          --debug                write there, or to standard error, what is done
          --log-format FORMAT    text or json
          --version, --help
        """;

    private static string? Verb(string verb) => verb switch
    {
        "create" => """
            sampan-runtime create [OPTIONS] ID
              --bundle, -b DIR         the bundle (default: the working directory)
              --console-socket PATH    unix socket that receives the terminal's master
              --pidfd-socket PATH      unix socket that receives a pidfd of the program
              --pid-file FILE          file that receives the pid
              --preserve-fds N         keep N descriptors from 3 on
              --no-pivot               chroot instead of pivot_root
              --no-new-keyring         keep the caller's session keyring
            """,
        "run" => """
            sampan-runtime run [OPTIONS] ID
              --detach, -d             do not wait for the program's end
              --keep                   do not delete the container at its end
              and the options of create
            """,
        "exec" => """
            sampan-runtime exec [OPTIONS] ID COMMAND [ARGUMENTS] | exec --process FILE ID
              --process, -p FILE       the process as JSON (runtime-spec, "process")
              --tty, -t                allocate a terminal
              --detach, -d             do not wait for the program's end
              --cwd DIR  --env, -e NAME=VALUE  --user, -u UID[:GID]  --additional-gids, -g GID
              --cap, -c CAP  --no-new-privs  --pid-file FILE  --console-socket PATH  --pidfd-socket PATH  --preserve-fds N
              --apparmor PROFILE       an AppArmor profile that is loaded, instead of the container's
              --process-label LABEL    an SELinux label, instead of the container's
              --ignore-paused          in a paused container, wait until it is resumed
              --cgroup [CONTROLLER[,CONTROLLER]:]PATH
                                       a cgroup below the container's, which is there already, to run in
            """,
        "checkpoint" => """
            sampan-runtime checkpoint [OPTIONS] ID
              saves a running container to files by means of criu(8), and deletes it
              --image-path DIR         where the files go (default: ./checkpoint)
              --work-path DIR          where dump.log goes (default: to the files)
              --leave-running          the container goes on
              --pre-dump               save memory alone and go on; the checkpoint that follows saves what has changed
              --parent-path DIR        of an earlier --pre-dump, relative to --image-path
              --tcp-established  --tcp-skip-in-flight  --ext-unix-sk  --shell-job  --file-locks  --link-remap
                                       save these too: see criu(8)
              --lazy-pages  --page-server ADDRESS:PORT  --status-fd N
                                       keep memory here until it is asked for
              --manage-cgroups-mode soft|full|strict|ignore  --empty-ns network  --auto-dedup
            """,
        "restore" => """
            sampan-runtime restore [OPTIONS] ID
              makes a container of a bundle and of what checkpoint has saved
              --bundle, -b DIR         the bundle (default: the working directory)
              --image-path DIR         where the files are (default: ./checkpoint)
              --work-path DIR          where restore.log goes (default: to the files)
              --detach, -d             do not wait for the program's end
              --console-socket PATH    unix socket that receives the terminal's master
              --pid-file FILE          file that receives the pid
              --lsm-profile TYPE:NAME  --lsm-mount-context CONTEXT
              --tcp-established  --ext-unix-sk  --shell-job  --file-locks  --lazy-pages
              --manage-cgroups-mode soft|full|strict|ignore  --empty-ns network  --auto-dedup
              --no-subreaper, --no-pivot are taken and change nothing
            """,
        "start" => "sampan-runtime start ID",
        "state" => "sampan-runtime state ID",
        "list" => "sampan-runtime list [--format, -f table|json] [--quiet, -q]",
        "kill" => "sampan-runtime kill [--all, -a] ID [SIGNAL]    (default SIGTERM)",
        "delete" => "sampan-runtime delete [--force, -f] ID",
        "pause" => "sampan-runtime pause ID",
        "resume" => "sampan-runtime resume ID",
        "ps" => """
            sampan-runtime ps [--format, -f table|json] ID [OPTIONS OF ps(1)]
              table    what the host's ps(1) prints of the container's processes (its options: default -ef)
              json     their pids
            """,
        "update" => """
            sampan-runtime update [OPTIONS] ID
              --resources, -r FILE     the changes as JSON (runtime-spec, "linux.resources"), - for standard input; other options are then ignored
              --memory SIZE            bytes, or with k, m, g; -1: no limit
              --memory-reservation SIZE
              --memory-swap SIZE       memory and swap together; -1: no limit
              --cpu-period USEC  --cpu-quota USEC  --cpu-burst USEC  --cpu-rt-period USEC  --cpu-rt-runtime USEC
              --cpu-share N            relative weight, 2 to 262144
              --cpu-idle 0|1           1: runs only when nothing else wants to
              --cpuset-cpus LIST  --cpuset-mems LIST
              --pids-limit N           -1: no limit
              --blkio-weight N         10 to 1000
              --l3-cache-schema TEXT  --mem-bw-schema TEXT    shares of the container's class of service, such as L3:0=ff and MB:0=20
            """,
        "events" => """
            sampan-runtime events [OPTIONS] ID
              one JSON object a line, until the container ends: {"type":"stats",...} and, when the kernel kills for lack of memory, {"type":"oom",...}
              --stats                  print statistics once
              --interval DURATION      between two statistics, such as 500ms or 1m30s (default 5s)
            """,
        "features" => "sampan-runtime features    (runtime-spec, features.md)",
        "spec" => "sampan-runtime spec [--bundle, -b DIR] [--rootless]",
        _ => null,
    };
}

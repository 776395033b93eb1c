using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>What to compile: the specification and what the command line adds to it.</summary>
public sealed class LaunchRequest
{
    public required Spec Spec { get; init; }

    /// <summary>The container's id: names the keyring.</summary>
    public required string ID { get; init; }

    /// <summary>Absolute path of the root file system (<c>root.path</c>, resolved against the bundle).</summary>
    public required string Rootfs { get; init; }

    /// <summary>Wait for `start` before execve (create), or go on at once (run).</summary>
    public bool WaitForStart { get; init; }

    /// <summary>Descriptors from 3 that the container keeps.</summary>
    public int PreserveFds { get; init; }

    /// <summary>Whether the terminal of <c>process.terminal</c> writes a line's end as it is, without a carriage return: for a launcher that passes its output on.</summary>
    public bool PlainTerminal { get; init; }

    /// <summary>The specification has no process: the container is made, and can never be started.</summary>
    public bool NoProgram { get; init; }

    public bool NoPivot { get; init; }

    public bool NoNewKeyring { get; init; }

    /// <summary>What makes a filter of a profile: the compiler, or who remembers what it made.</summary>
    public Func<LinuxSeccomp, SeccompProgram> Filter { get; init; } = static profile => SeccompCompiler.Compile(profile);

    /// <summary>Whether hooks run between set-up and pivot_root: the child stops there.</summary>
    public bool StopsBeforePivot { get; init; }
}

/// <summary>A hook to be run.</summary>
public sealed class HookRequest
{
    public required Hook Hook { get; init; }

    /// <summary>Such as <c>hooks.createRuntime[0]</c>.</summary>
    public required string Field { get; init; }

    /// <summary>Of the container's process, to be joined; none for a hook of the runtime's own namespaces.</summary>
    public Linux.CloneFlags Namespaces { get; init; }

    /// <summary>The container's root file system, for a hook of its namespaces before pivot_root (createContainer): it runs there, in the host's root; else null.</summary>
    public string? Rootfs { get; init; }
}

/// <summary>A process to be started in a running container (exec).</summary>
public sealed class JoinRequest
{
    public required string ID { get; init; }

    /// <summary>The container's specification: seccomp and defaults come from it.</summary>
    public required Spec Spec { get; init; }

    public required Process Process { get; init; }

    /// <summary>Namespaces of the container's init that differ from the launcher's.</summary>
    public required Linux.CloneFlags Namespaces { get; init; }

    public int PreserveFds { get; init; }

    /// <inheritdoc cref="LaunchRequest.PlainTerminal"/>
    public bool PlainTerminal { get; init; }

    /// <inheritdoc cref="LaunchRequest.Filter"/>
    public Func<LinuxSeccomp, SeccompProgram> Filter { get; init; } = static profile => SeccompCompiler.Compile(profile);

    /// <summary>Whether the container has a user namespace of its own.</summary>
    public bool InUserNamespace { get; init; }

    /// <summary>A startContainer hook: a program of the container's that is not its first argument, and that reads <see cref="Slot.Input"/>; null: exec.</summary>
    public Hook? Hook { get; init; }

    /// <summary>Where the process is told of in errors.</summary>
    public string Field { get; init; } = "process";
}

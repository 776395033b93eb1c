using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>What is wrong with a hook before it runs: one of poststop would be found out when the container is gone. Source: runtime-spec 1.3, config.md, "POSIX-platform Hooks".</summary>
internal static class HookCheck
{
    public static void All(Hooks? hooks, List<string> faults)
    {
        Check(hooks?.Prestart, "prestart", faults);
        Check(hooks?.CreateRuntime, "createRuntime", faults);
        Check(hooks?.CreateContainer, "createContainer", faults);
        Check(hooks?.StartContainer, "startContainer", faults);
        Check(hooks?.Poststart, "poststart", faults);
        Check(hooks?.Poststop, "poststop", faults);
    }

    private static void Check(List<Hook>? hooks, string name, List<string> faults)
    {
        for (int i = 0; i < (hooks?.Count ?? 0); i++)
            One(hooks![i], $"hooks.{name}[{i}]", faults);
    }

    public static void One(Hook hook, string field, List<string> faults)
    {
        if (!hook.Path!.StartsWith('/'))
            faults.Add($"{field}.path: \"{hook.Path}\" is not an absolute path");
        if (((List<string>)[hook.Path, .. hook.Args ?? [], .. hook.Env ?? []]).Exists(static text => text.Contains('\0')))
            faults.Add($"{field}: its path, arguments and environment may not contain a NUL");
    }
}

namespace Sampan.OciCli;

/// <summary>`sampan-runtime`: an OCI runtime with runc's command line.</summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        Linux.SignalMask.AreForMainThread = true;
        GlobalOptions? global = null;
        try
        {
            global = GlobalOptions.Parse(arguments);
            if (global.Rest.Length > 0)
                global.Debug($"{global.Rest[0]}: root {global.Root}, process {Environment.ProcessId}");
            int code = Dispatch(global);
            global.Debug($"{(global.Rest.Length > 0 ? global.Rest[0] : "")}: ends with {code}");
            return code;
        }
        catch (Exception e) when (e is SampanException or Oci.OciFormatException)
        {
            if (global is null)
                Output.Error("sampan-runtime: " + e.Message);
            else
                global.Report(e.Message);
            return 1;
        }
    }

    private static int Dispatch(GlobalOptions global)
    {
        if (global.Version)
            return Help.Version();
        if (global.Help || global.Rest.Length == 0)
            return Help.Usage(null);
        var rest = global.Rest.AsSpan(1);
        if (rest.Contains("--help") && global.Rest[0] is not ("exec" or "monitor") || rest is ["-h"] or ["--help"])
            return Help.Usage(global.Rest[0]);
        return global.Rest[0] switch
        {
            "create" => CreateVerb.Run(global, rest),
            "run" => RunVerb.Run(global, rest),
            "start" => StartVerb.Run(global, rest),
            "state" => StateVerb.Run(global, rest),
            "list" => ListVerb.Run(global, rest),
            "kill" => KillVerb.Run(global, rest),
            "delete" => DeleteVerb.Run(global, rest),
            "exec" => ExecVerb.Run(global, rest),
            "pause" => PauseVerb.Run(global, rest),
            "resume" => ResumeVerb.Run(global, rest),
            "ps" => PsVerb.Run(global, rest),
            "update" => UpdateVerb.Run(global, rest),
            "monitor" => Monitor.MonitorVerb.Run(rest, new Monitor.RuntimeLauncher()),
            "checkpoint" => CheckpointVerb.Run(global, rest),
            "restore" => RestoreVerb.Run(global, rest),
            "events" => EventsVerb.Run(global, rest),
            "features" => FeaturesVerb.Run(rest),
            "spec" => SpecVerb.Run(rest),
            "help" => Help.Usage(rest.Length > 0 ? rest[0] : null),
            var other => throw new UsageException($"No help topic for '{other}'"),
        };
    }
}

using Sampan.Cli.Format;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class InfoVerb : Verb
{
    private const string Layout = """
        Containers: {{.Containers}}
         Running: {{.ContainersRunning}}
         Paused: {{.ContainersPaused}}
         Stopped: {{.ContainersStopped}}
        Images: {{.Images}}
        Server Version: {{.ServerVersion}}
        Storage Driver: {{.Driver}}
        Logging Driver: {{.LoggingDriver}}
        Cgroup Driver: {{.CgroupDriver}}
        Cgroup Version: {{.CgroupVersion}}
        Plugins:
         Volume: {{join .Plugins.Volume " "}}
         Network: {{join .Plugins.Network " "}}
         Log: {{join .Plugins.Log " "}}
        Runtimes:{{range $name, $runtime := .Runtimes}} {{$name}}{{end}}
        Default Runtime: {{.DefaultRuntime}}
        Security Options:{{range .SecurityOptions}}
         {{.}}{{end}}
        Kernel Version: {{.KernelVersion}}
        Operating System: {{.OperatingSystem}}
        OSType: {{.OSType}}
        Architecture: {{.Architecture}}
        CPUs: {{.NCPU}}
        Name: {{.Name}}
        Root Dir: {{.DockerRootDir}}
        """;

    private readonly TextFlag _format;

    public InfoVerb() => _format = Flags.Text("format", 'f', "Format output using a custom template: 'json', or a Go template");

    public override string Name => "info";

    public override string Arguments => "[OPTIONS]";

    public override string Summary => "Display system-wide information";

    public override int Most => 0;

    public override int Run(Session session, List<string> arguments)
    {
        var template = Template.Parse(_format.Value switch { null or "" => Layout, "json" => "{{json .}}", var own => own });
        int code = 0;
        var info = session.Engine.Info(VersionVerb.Number, problem => code = session.Fail(problem, 1));
        session.Out.Line(template.Apply(info.ToJson()));
        if (!string.IsNullOrEmpty(_format.Value))
            return code;
        session.Out.Line($"Total Memory: {Human.BinarySize((ulong)info.Memory)}");
        session.Out.Flush();
        foreach (string warning in info.Warnings)
            session.Errors.Line($"WARNING: {warning}");
        return code;
    }
}

using Sampan.Cli.Grammar;

namespace Sampan.Cli;

/// <summary>The flags that stand before the verb.</summary>
public sealed class GlobalFlags
{
    public GlobalFlags()
    {
        Root = Flags.Text("root", '\0', "Where images and containers are kept (SAMPAN_ROOT, else /var/lib/sampan)");
        RunRoot = Flags.Text("runroot", '\0', "Where live state is kept, gone after a reboot (SAMPAN_RUNROOT, else /run/sampan)");
        StorageDriver = Flags.Text("storage-driver", '\0', "How the root file system of a container is made: overlay or copy (SAMPAN_STORAGE_DRIVER, else overlay)");
        Version = Flags.Bool("version", 'v', "Print version information and quit");
    }

    public FlagSet Flags { get; } = new();

    public TextFlag Root { get; }

    public TextFlag RunRoot { get; }

    public TextFlag StorageDriver { get; }

    public BoolFlag Version { get; }
}

using Sampan.Images;

namespace Sampan.Cli.Format;

/// <summary>The progress of a transfer as lines, one for each thing that happened to a layer, in Docker's words.</summary>
internal sealed class TransferLog(Output output, bool quiet, bool pushes = false) : ITransferProgress, IDisposable
{
    private readonly Lock _gate = new();

    public void Started(IReadOnlyList<LayerTransfer> layers)
    {
    }

    public void Changed(LayerTransfer layer)
    {
        if (quiet || (pushes ? PushWords(layer) : Words(layer.Phase)) is not { } words)
            return;
        // Told from several threads; a line is written whole, and at once.
        lock (_gate)
        {
            output.Line($"{layer.Digest.Short}: {words}");
            output.Flush();
        }
    }

    public void Dispose()
    {
        lock (_gate)
            output.Flush();
    }

    private static string? Words(LayerPhase phase) => phase switch
    {
        LayerPhase.AlreadyThere => "Already exists",
        LayerPhase.Downloading => "Pulling fs layer",
        LayerPhase.Verifying => "Verifying Checksum",
        LayerPhase.Downloaded => "Download complete",
        LayerPhase.Done => "Pull complete",
        _ => null,
    };

    private static string? PushWords(LayerTransfer layer) => layer.Phase switch
    {
        LayerPhase.AlreadyThere => "Layer already exists",
        LayerPhase.Uploading => "Pushing",
        LayerPhase.Mounted => $"Mounted from {layer.Source}",
        LayerPhase.Pushed => "Pushed",
        _ => null,
    };
}

using Sampan.Images;

namespace Sampan.Cli.Format;

/// <summary>What happens to a layer, in Docker's words.</summary>
internal static class TransferWords
{
    /// <summary>Null: not worth a word.</summary>
    public static string? Of(LayerTransfer layer) => layer.Phase switch
    {
        LayerPhase.AlreadyThere => "Already exists",
        LayerPhase.Downloading => "Pulling fs layer",
        LayerPhase.Verifying => "Verifying Checksum",
        LayerPhase.Downloaded => "Download complete",
        LayerPhase.Done => "Pull complete",
        _ => null,
    };

    public static string? OfPush(LayerTransfer layer) => layer.Phase switch
    {
        LayerPhase.AlreadyThere => "Layer already exists",
        LayerPhase.Uploading => "Pushing",
        LayerPhase.Mounted => $"Mounted from {layer.Source}",
        LayerPhase.Pushed => "Pushed",
        _ => null,
    };
}

/// <summary>How a transfer's progress is shown.</summary>
internal interface ITransferDisplay : ITransferProgress, IDisposable;

internal static class TransferDisplay
{
    /// <summary>Bars on a terminal, lines elsewhere, nothing when <paramref name="quiet"/>.</summary>
    public static ITransferDisplay Open(Output output, bool quiet, bool pushes = false)
        => !quiet && output.WindowSize() is { ws_col: > 0, ws_row: > 0 } && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb")
            ? new TransferBars(output, pushes) : new TransferLog(output, quiet, pushes);
}

using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Brings the blobs of one image into a repository.</summary>
/// <param name="sources">Repositories of the same registry that hold a layer, as far as known.</param>
internal sealed class ImagePush(RepositoryUploads repository, Blobs store, Dictionary<Digest, string> sources, ITransferProgress progress)
{
    /// <summary>Connections at once.</summary>
    private const int Uploads = 4;

    public async Task Run(ImageManifest manifest, CancellationToken outer)
    {
        var layers = manifest.Layers!.DistinctBy(static l => l.Digest).ToList();
        var transfers = layers.ConvertAll(l => new LayerTransfer(l.Digest, l.Size, progress));
        progress.Started(transfers);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(outer);
        using var slots = new SemaphoreSlim(Uploads);
        Exception? first = null;
        var tasks = new List<Task>();
        // The largest first: what takes longest must not begin last.
        foreach (int i in Enumerable.Range(0, layers.Count).OrderByDescending(i => layers[i].Size))
            tasks.Add(Guarded(() => Layer(layers[i], transfers[i], stop.Token)));
        tasks.Add(Guarded(() => Config(manifest.Config!, stop.Token)));
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (first is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first); // the others only followed it
        outer.ThrowIfCancellationRequested();

        async Task Guarded(Func<Task> work)
        {
            try
            {
                await slots.WaitAsync(stop.Token).ConfigureAwait(false);
                try
                {
                    await work().ConfigureAwait(false);
                }
                finally
                {
                    slots.Release();
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref first, e, null);
                await stop.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task Layer(Descriptor layer, LayerTransfer transfer, CancellationToken stop)
    {
        if (await repository.Exists(layer.Digest, stop).ConfigureAwait(false))
        {
            transfer.Enter(LayerPhase.AlreadyThere);
            return;
        }
        if (sources.TryGetValue(layer.Digest, out string? from) && await repository.Mount(layer.Digest, from, stop).ConfigureAwait(false))
        {
            transfer.Source = from;
            transfer.Enter(LayerPhase.Mounted);
            return;
        }
        transfer.Enter(LayerPhase.Uploading);
        await repository.Upload(layer, from => store.Open(layer.Digest, from), n => transfer.Transferred = n, stop).ConfigureAwait(false);
        transfer.Enter(LayerPhase.Pushed);
    }

    private async Task Config(Descriptor config, CancellationToken stop)
    {
        if (!await repository.Exists(config.Digest, stop).ConfigureAwait(false))
            await repository.Upload(config, from => store.Open(config.Digest, from), static _ => { }, stop).ConfigureAwait(false);
    }
}

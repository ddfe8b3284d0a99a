using Adr.Models;
using Adr.Training;

namespace Adr.Experiments;

/// <summary>A model at the end of its training.</summary>
/// <param name="Defence">The defence's name.</param>
/// <param name="Model">The weights of the best epoch, in evaluation mode.</param>
/// <param name="History">What training showed.</param>
/// <param name="Folder">Where the run is kept.</param>
/// <param name="Seconds">Wall time of training, that of an earlier, interrupted call included.</param>
public sealed record TrainedModel(string Defence, Classifier Model, TrainingHistory History, RunFolder Folder, double Seconds);

/** The picture of each module below a root, for its own documentation. */
import type { Diagram } from '../../engines/diagram/diagram.ts';
import { makeDiagrams } from '../../engines/diagram/make-diagrams.ts';
import type { InfrastructureModel } from '../../engines/infrastructure/model.ts';
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';

/** By folder. Of each module below the root one instance is drawn alone: a module's README shows what it makes, not who calls it. */
export function modulePictures(model: InfrastructureModel, catalogue: ProviderCatalogue): Map<string, Diagram> {
  const pictures = new Map<string, Diagram>();
  for (const { address, folder } of model.modules) {
    if (address === '' || folder === undefined || pictures.has(folder)) continue;
    const within = (other: string): boolean => other === address || other.startsWith(`${address}.`);
    const [picture] = makeDiagrams({ ...model, modules: model.modules.filter((module) => within(module.address)), resources: model.resources.filter((resource) => within(resource.module)), outputs: [] }, catalogue, { title: folder }).diagrams;
    if (picture !== undefined) pictures.set(folder, picture);
  }
  return pictures;
}

/**
 * Things of an inventory that are in no state and should not be: what clouds make by default, what controllers
 * make while they run, and what services keep for themselves. Without these an account of any age has more
 * false alarms than things.
 */
import type { InventoryItem } from '../../formats/inventory/item.ts';

const CONTROLLER_TAGS = /^(aws:autoscaling:groupName|aws:cloudformation:stack-name|aws:eks:|aws:ec2launchtemplate:|eks:|kubernetes\.io\/(cluster|service|created-for)|k8s\.io\/|elbv2\.k8s\.aws\/|ingress\.k8s\.aws\/|service\.k8s\.aws\/|karpenter\.(sh|k8s\.aws)\/|aks-managed-|k8s-azure-|goog-gke-|goog-k8s-|goog-dataproc-|goog-managed-by|AmazonECSManaged|elasticbeanstalk:|node\.k8s\.amazonaws\.com\/|ebs\.csi\.aws\.com\/|CSIVolumeName)/;
const CONTROLLER_NAMES = /^(gke-|k8s-|aks-|kube-|awseb-|eks-cluster-sg-|k8s-fw-)/;
const AWS_SERVICE = /\/aws-service-role\/|:role\/aws-reserved\/|:policy\/service-role\/|^arn:aws[\w-]*:iam::aws:policy|:alias\/aws\/|:parametergroup:default|:(og|pg|cluster-pg|subgrp|secgrp):default|:security-group\/default$/;
const AZURE_MANAGED = /\/resourcegroups\/(mc_|networkwatcherrg|defaultresourcegroup-|databricks-rg-|azurebackuprg|cloud-shell-storage-)/i;
const GOOGLE_DEFAULT = /\/(networks|subnetworks)\/default$|\/firewalls\/default-allow-|-compute@developer\.gserviceaccount\.com|@(appspot|cloudservices|cloudbuild)\.gserviceaccount\.com|@gcp-sa-[\w-]+\.iam\.gserviceaccount|\/buckets\/(gcf-|artifacts\.|staging\.)|buckets\.googleapis\.com\/(gcf-|artifacts\.)/;

/** Why a thing needs no code of its own; undefined when it does. */
export function guardReason(item: InventoryItem): string | undefined {
  const { attributes, tags = {} } = item;
  if (isDefault(item)) return 'made by the cloud by default';
  if (AWS_SERVICE.test(item.id) || AZURE_MANAGED.test(item.id) || attributes['requesterManaged'] === true || /^AWS(Reserved|ServiceRoleFor)/.test(item.name)) return 'kept by a service for itself';
  if (Object.keys(tags).some((name) => CONTROLLER_TAGS.test(name)) || CONTROLLER_NAMES.test(item.name)) return 'made by a controller';
  return undefined;
}

function isDefault(item: InventoryItem): boolean {
  const { attributes, type } = item;
  if (attributes['isDefault'] === true || attributes['defaultForAz'] === true || GOOGLE_DEFAULT.test(item.id)) return true;
  if (/securitygroup$|security-group$/i.test(type) && attributes['groupName'] === 'default') return true;
  const associations = attributes['associations'];
  return /routetable$|route-table$/i.test(type) && Array.isArray(associations) && associations.some((one) => typeof one === 'object' && one !== null && !Array.isArray(one) && (one as { main?: unknown }).main === true);
}
